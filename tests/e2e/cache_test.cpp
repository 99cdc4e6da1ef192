// SPDX-License-Identifier: Apache-2.0
// The cache under pressure and under flushes, and what is counted meanwhile.
#include "e2e/lab_test.h"
#include "e2e/load.h"
#include "harness/dns_client.h"

#include <algorithm>

namespace fastpath::test {
namespace {

constexpr const char *hits = "queries_total{result=\"hit\"}";

using Cache = LabTest;

// A thousand names, a hundred places: the rest is Unbound's, and no query fails.
TEST_F(Cache, AFullOneNeverFailsAQuery) {
    const FastpathDaemon daemon(lab(), lab_config("cache: {max_entries: 100}\n"));
    const Watch watch(lab());
    double sent = 0;
    for (int round = 0; round < 3; round++) {
        const LoadReport report = ask_hot_names(lab());
        EXPECT_EQ(report.lost, 0u);
        sent += static_cast<double>(report.sent);
        settle(lab());
        EXPECT_LE(metrics(lab()).fastpath("cache_entries"), 100);
    }
    EXPECT_EQ(watch.grown(hits) + watch.unbound(), sent);
    EXPECT_GE(metrics(lab()).fastpath("cache_entries"), 50) << "it empties itself";
    EXPECT_GE(watch.grown("cache_evictions_total"), 800);
    EXPECT_EQ(watch.grown("cache_fill_rejects_total{reason=\"no_memory\"}"), 0);

    ask({"d0999.mail.example", "A"});
    EXPECT_EQ(ask({"d0999.mail.example", "A"}).by, by_fast_path) << "and it still learns";
}

// A name that is asked all the time stays, while a crowd of names comes by, each of them once. Use is marked by the second, so
// the crowd of one second has to be smaller than the cache.
TEST_F(Cache, TheColdestAreEvicted) {
    const FastpathDaemon daemon(lab(), lab_config("cache: {max_entries: 100}\n"));
    DnsClient client(lab(), Machine::client, Lab::resolver4);
    uint16_t id = 0;
    const auto ask_warm = [&] {
        return client.ask({.id = ++id, .name = "d0900.mail.example.", .qtype = type::ns}).has_value();
    };
    EXPECT_TRUE(ask_warm());
    settle(lab());

    const Watch watch(lab());
    Load crowd(lab(), 40, 5);
    EXPECT_TRUE(eventually([&] { return !ask_warm() || !crowd.is_running(); }, 2 * patience));
    const LoadReport report = crowd.report();
    settle(lab());
    EXPECT_GT(report.sent, 150u);
    EXPECT_EQ(watch.grown("queries_total{result=\"miss\"}"), static_cast<double>(report.sent)) << "the crowd's alone";
    EXPECT_GT(watch.grown("cache_evictions_total"), 50);
    EXPECT_TRUE(ask_warm());
}

TEST_F(Cache, FlushesOfTheControlTool) {
    const FastpathDaemon daemon(lab());
    const std::vector<Command> questions = {{"d0901.mail.example", "A"},
                                            {"d0901.mail.example", "MX"},
                                            {"www.d0901.mail.example", "A"},
                                            {"d0902.mail.example", "A"},
                                            {"101.131.18.198.bl.example", "A"}};
    const auto answered_by = [](const Command &question) { return ask(question).by == by_fast_path; };
    // Which of the questions are hits after a flush; those that are not are learned again by asking.
    const auto hits_after = [&](const Command &flush) {
        control(lab(), flush);
        std::vector<bool> hit;
        std::transform(questions.begin(), questions.end(), std::back_inserter(hit), answered_by);
        return hit;
    };
    using Hits = std::vector<bool>;
    std::for_each(questions.begin(), questions.end(), answered_by);
    EXPECT_EQ(hits_after({"cache", "flush", "nobody.mail.example"}), (Hits{true, true, true, true, true}));
    EXPECT_EQ(hits_after({"cache", "flush", "d0901.mail.example", "A"}), (Hits{false, true, true, true, true}));
    EXPECT_EQ(hits_after({"cache", "flush", "D0901.mail.example."}), (Hits{false, false, true, true, true}));
    EXPECT_EQ(hits_after({"cache", "flush-zone", "d0901.mail.example"}), (Hits{false, false, false, true, true}));
    EXPECT_EQ(hits_after({"cache", "flush-zone", "mail.example"}), (Hits{false, false, false, false, true}));
    EXPECT_EQ(hits_after({"cache", "flush-all"}), (Hits{false, false, false, false, false}));
    EXPECT_EQ(hits_after({"cache", "get", "d0901.mail.example"}), (Hits{true, true, true, true, true}));
}

// Each query has one result; each answer that the learner hands over is a fill or a counted refusal.
TEST_F(Cache, CountersAddUp) {
    const FastpathDaemon daemon(lab());
    const Watch watch(lab());
    double sent = 0;
    for (int round = 0; round < 2; round++) {
        sent += static_cast<double>(ask_hot_names(lab()).sent);
        settle(lab());
    }
    for (const Command &question : {Command{"zero.mail.example", "A"}, Command{"d0903.mail.example", "A", "+nsid"},
                                    Command{"big.mail.example", "TXT", "+ignore"}}) {
        ask(question);
        sent++;
    }
    const Samples now = metrics(lab());
    EXPECT_EQ(now.sum("queries_total"), sent);
    EXPECT_EQ(now.fastpath(hits) + watch.unbound(), sent);
    EXPECT_EQ(now.sum("learn_total"), now.fastpath("queries_total{result=\"miss\"}") + 1) << "NSID: unasked";
    EXPECT_EQ(now.fastpath("learn_total{outcome=\"unasked\"}"), 1);
    EXPECT_EQ(now.fastpath("learn_total{outcome=\"uncacheable\"}"), 1);
    EXPECT_EQ(now.fastpath("learn_total{outcome=\"sent\"}"),
              now.fastpath("cache_fills_total") + now.sum("cache_fill_rejects_total"));
    EXPECT_EQ(now.sum("cache_fill_rejects_total"), 1) << "TTL 0";
    EXPECT_EQ(now.fastpath("cache_entries"), now.fastpath("cache_fills_total"));
    EXPECT_EQ(now.fastpath("ring_lost_total"), 0);
    EXPECT_EQ(now.sum("answers_total"), now.fastpath(hits));
}

} // namespace
} // namespace fastpath::test
