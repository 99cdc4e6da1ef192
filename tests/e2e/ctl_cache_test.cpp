// SPDX-License-Identifier: Apache-2.0
// `dns-fastpathctl cache` on real pins: get, dump and the flushes.
#include "e2e/ctl_fixture.h"
#include "util/clock.h"

#include <algorithm>
#include <cstring>
#include <set>

namespace fastpath::test {
namespace {

ResponseText mail_of(const std::string &name) {
    return {.question = name + " IN MX", .answer = {name + " 300 IN MX 10 mx.example."}};
}

using Answers = std::vector<std::string>;

const Answers all_names = {"badexample.com. A", "badexample.com. MX", "example.com. A",
                           "example.com. MX",   "www.example.com. A", "www.example.com. MX"};

class CtlCache : public Ctl {
  protected:
    void add_some_names() {
        for (const char *name : {"example.com.", "www.example.com.", "badexample.com."}) {
            add(address_of(name));
            add(mail_of(name));
        }
    }

    // "NAME TYPE" of all that the cache still gives, sorted.
    [[nodiscard]] std::vector<std::string> dumped() const {
        std::vector<std::string> answers;
        for (const json &answer : ctl_json({"cache", "dump"})) {
            answers.push_back(answer["name"].get<std::string>() + " " + answer["type"].get<std::string>());
        }
        std::sort(answers.begin(), answers.end());
        return answers;
    }
};

TEST_F(CtlCache, GetShowsZoneFileLines) {
    add(mail_of("example.com."));
    const Finished finished = ctl({"cache", "get", "EXAMPLE.com"});
    EXPECT_EQ(finished.exit_code, fine);
    EXPECT_TRUE(contains(finished.output, "; example.com. IN MX: NOERROR, flags ra; query plain, view 0; age "));
    EXPECT_TRUE(contains(finished.output, "\tIN\tMX\t10 mx.example.\n")) << finished.output;
}

TEST_F(CtlCache, GetShowsEveryTypeAndEveryVariantOfTheQuery) {
    add(address_of("example.com."));
    add(address_of("example.com."), {.query_bits = FP_QUERY_AD});
    add(address_of("example.com."), {.view = 3});
    add(mail_of("example.com."));
    add(mail_of("www.example.com."));

    EXPECT_EQ(ctl_json({"cache", "get", "example.com"}).size(), 4);
    const json addresses = ctl_json({"cache", "get", "example.com", "A"});
    ASSERT_EQ(addresses.size(), 3);
    std::set<std::pair<bool, int>> variants;
    for (const json &answer : addresses) {
        variants.emplace(answer["query"]["ad"], answer["view"]);
    }
    EXPECT_EQ(variants, (std::set<std::pair<bool, int>>{{false, 0}, {true, 0}, {false, 3}}));
}

TEST_F(CtlCache, GetShowsTtlsThatGoDown) {
    add(address_of("example.com."), {}, 100);
    const json answer = ctl_json({"cache", "get", "example.com"}).at(0);
    const int age = answer["age_seconds"];
    EXPECT_GE(age, 100);
    EXPECT_LT(age, 150);
    EXPECT_EQ(answer["remaining_seconds"], 300 - age);
    EXPECT_EQ(answer["answer"][0]["ttl"], 300 - age);
}

TEST_F(CtlCache, GetFailsWhereThereIsNothingAlive) {
    add(address_of("example.com."));
    add(address_of("old.example.com."), {}, 300);
    for (const Command &words : std::vector<Command>{{"cache", "get", "nope.example"},
                                                     {"cache", "get", "example.com", "MX"},
                                                     {"cache", "get", "old.example.com"}}) {
        const Finished finished = ctl(words);
        EXPECT_EQ(finished.exit_code, failed) << words[2];
        EXPECT_TRUE(contains(finished.output, "the cache holds no answer for " + words[2] + ".")) << finished.output;
    }
}

TEST_F(CtlCache, ElementOfTheMapIsWhereItSays) {
    add(address_of("example.com."));
    const json answer = ctl_json({"cache", "get", "example.com"}).at(0);
    const std::string chunk = "answers_" + answer["size_class"].get<std::string>() + "_" + answer["chunk"].dump();
    const std::string element = answer["element"].dump();
    const std::string bytes =
        run({"bpftool", "--json", "map", "lookup", "pinned", pins_ / chunk, "key", element, "0", "0", "0"}).output;
    EXPECT_EQ(json::parse(bytes)["formatted"]["value"]["head"]["qtype"], 1) << bytes;
}

TEST_F(CtlCache, DumpShowsEveryAnswer) {
    constexpr size_t count = 3000;
    for (size_t i = 0; i < count; i++) {
        add(address_of("n" + std::to_string(i) + ".example."));
    }
    EXPECT_EQ(ctl_json({"cache", "dump"}).size(), count);
    const std::string lines = ctl({"cache", "dump"}).output;
    EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 2 * count);
}

TEST_F(CtlCache, DumpOfAnEmptyCacheIsFine) {
    const Finished finished = ctl({"cache", "dump", "--json"});
    EXPECT_EQ(finished.exit_code, fine);
    EXPECT_EQ(finished.output, "[]\n");
}

TEST_F(CtlCache, FlushOfANameAndTypeLeavesTheOthers) {
    add_some_names();
    EXPECT_EQ(ctl_json({"cache", "flush", "example.com", "mx"})["flushed"], 1);
    EXPECT_EQ(dumped(), (Answers{"badexample.com. A", "badexample.com. MX", "example.com. A", "www.example.com. A",
                                 "www.example.com. MX"}));
}

TEST_F(CtlCache, FlushOfANameTakesAllItsTypes) {
    add_some_names();
    const Finished finished = ctl({"cache", "flush", "example.com"});
    EXPECT_EQ(finished.exit_code, fine);
    EXPECT_EQ(finished.output, "flushed 2 answers\n");
    EXPECT_EQ(dumped(),
              (Answers{"badexample.com. A", "badexample.com. MX", "www.example.com. A", "www.example.com. MX"}));
    EXPECT_EQ(ctl_json({"cache", "flush", "example.com"})["flushed"], 0) << "they are gone already";
}

TEST_F(CtlCache, FlushOfAZoneEndsAtLabels) {
    add_some_names();
    EXPECT_EQ(ctl_json({"cache", "flush-zone", "example.com"})["flushed"], 4);
    EXPECT_EQ(dumped(), (Answers{"badexample.com. A", "badexample.com. MX"}));
}

TEST_F(CtlCache, FlushAllWorksWithoutADaemonAndIsSweptByTheNext) {
    add_some_names();
    ASSERT_EQ(dumped(), all_names);
    stop_daemon();
    EXPECT_EQ(ctl_json({"cache", "flush-all"})["flushed"], 6);
    EXPECT_EQ(dumped(), Answers{});
    EXPECT_EQ(table_->sweep(monotonic_ns(), bucket_count), 6);
}

// The daemon writes other fields of `meta` all the time, and goes by this one when an answer comes late.
TEST_F(CtlCache, EveryFlushWritesItsTimeAndNothingElse) {
    for (const Command &words : std::vector<Command>{
             {"cache", "flush", "example.com"}, {"cache", "flush-zone", "example.com"}, {"cache", "flush-all"}}) {
        fp_meta wanted = meta();
        const uint64_t before = monotonic_ns();
        EXPECT_EQ(ctl(words).exit_code, fine);
        const fp_meta found = meta();
        EXPECT_GE(found.flushed_ns, before) << words[1];
        EXPECT_LE(found.flushed_ns, monotonic_ns()) << words[1];
        wanted.flushed_ns = found.flushed_ns;
        EXPECT_EQ(std::memcmp(&found, &wanted, sizeof(fp_meta)), 0) << words[1];
    }
}

TEST_F(CtlCache, GetAndDumpAreNoFlush) {
    ASSERT_EQ(ctl({"cache", "dump"}).exit_code, fine);
    EXPECT_EQ(meta().flushed_ns, 0);
}

} // namespace
} // namespace fastpath::test
