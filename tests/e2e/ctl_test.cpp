// SPDX-License-Identifier: Apache-2.0
// dns-fastpathctl on real pins, with and without a daemon; the test stands in for the daemon. In a network namespace of
// its own, below a pin directory of its own.
#include "bpf/answer_maps.h"
#include "bpf/attachment.h"
#include "bpf/programs.h"
#include "conntrack/notrack_rules.h"
#include "harness/process.h"
#include "unit/ctl_cached_answer.h"
#include "util/address.h"
#include "util/clock.h"

#include <algorithm>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <cstring>
#include <dns_fastpath/config.h>
#include <dns_fastpath/steer.h>
#include <filesystem>
#include <gtest/gtest.h>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <sched.h>
#include <set>
#include <unistd.h>

namespace fastpath {
namespace {

using nlohmann::json;
using test::cached;
using test::ResponseText;

constexpr uint32_t bucket_count = 4096;
constexpr uint32_t max_entries = 10'000;
constexpr uint32_t generation_in_use = 7;
constexpr const char *interface = "fpctl0";
constexpr IpAddress address4 = IpAddress::from_ipv4({192, 0, 2, 53});
constexpr IpAddress address6 = {{0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x53}};

enum : int { fine = 0, failed = 1, usage = 2, not_running = 3 };

ResponseText address_of(const std::string &name) {
    return {.question = name + " IN A", .answer = {name + " 300 IN A 192.0.2.1"}};
}

ResponseText mail_of(const std::string &name) {
    return {.question = name + " IN MX", .answer = {name + " 300 IN MX 10 mx.example."}};
}

template <class T> T value_of(Result<T> result) {
    if (!result) {
        throw std::runtime_error(result.error().message);
    }
    return std::move(*result);
}

bool contains(const std::string &text, const std::string &part) {
    return text.find(part) != std::string::npos;
}

const std::filesystem::path bpffs = "/sys/fs/bpf";
const std::string pins_prefix = "fp-ctl-test-";

// Pins of runs that ended by a signal; the rest of such a run went away with its network namespace.
void remove_pins_of_the_dead() {
    for (const auto &entry : std::filesystem::directory_iterator(bpffs)) {
        const std::string name = entry.path().filename();
        if (name.starts_with(pins_prefix) && !std::filesystem::exists("/proc/" + name.substr(pins_prefix.size()))) {
            std::filesystem::remove_all(entry.path());
        }
    }
}

class Ctl : public testing::Test {
  public:
    static void SetUpTestSuite() {
        if (::unshare(CLONE_NEWNET) != 0) {
            throw std::runtime_error("cannot make a network namespace; run as root");
        }
        remove_pins_of_the_dead();
    }

  protected:
    Ctl() {
        test::run({"ip", "link", "add", interface, "type", "veth", "peer", "name", "fpctl1"});
        directory_ = value_of(PinDirectory::acquire(pins_));
        programs_ = value_of(Programs::load({pins_, bucket_count, hash_key_}));
        maps_ = value_of(AnswerMaps::open(programs_->answer_maps()));
        table_.emplace(*maps_, max_entries);
        write_meta();
        write_generations();
    }
    ~Ctl() override {
        std::error_code ignored;
        std::filesystem::remove_all(pins_, ignored);
        test::run({"ip", "link", "del", interface});
    }
    Ctl(const Ctl &) = delete;
    Ctl &operator=(const Ctl &) = delete;

    // The lock is what tells a daemon that runs from one that does not.
    void stop_daemon() { directory_.reset(); }

    void write_meta(uint64_t heartbeat_age_ns = 0, uint32_t abi_version = FP_ABI_VERSION) {
        fp_meta meta = {};
        meta.abi_version = abi_version;
        meta.daemon_pid = 4711;
        meta.started_ns = meta.heartbeat_ns = monotonic_ns() - heartbeat_age_ns;
        meta.max_entries = max_entries;
        const uint32_t zero = 0;
        ASSERT_EQ(bpf_map_update_elem(programs_->map("meta"), &zero, &meta, BPF_ANY), 0);
    }

    [[nodiscard]] fp_meta meta() const {
        const uint32_t zero = 0;
        fp_meta meta = {};
        EXPECT_EQ(bpf_map_lookup_elem(programs_->map("meta"), &zero, &meta), 0);
        return meta;
    }

    // As the daemon does, which finds addresses on its interfaces.
    void listen_on(const IpAddress &address, uint32_t generation = generation_in_use) {
        const fp_listener_key key = {generation, address.abi()};
        const fp_listener listener = {};
        ASSERT_EQ(bpf_map_update_elem(programs_->map("listeners"), &key, &listener, BPF_ANY), 0);
    }

    void write_generations() {
        fp_generations generations = {};
        generations.generation = generation_in_use;
        const uint32_t zero = 0;
        ASSERT_EQ(bpf_map_update_elem(programs_->map("settings"), &zero, &generations, BPF_ANY), 0);
    }

    // At the numbers 3 and 5: two in pool `default`, one of which counts 2 queries on each CPU.
    void add_upstreams() {
        for (const auto &[number, octet] : {std::pair<uint32_t, uint8_t>(3, 11), std::pair<uint32_t, uint8_t>(5, 12)}) {
            fp_upstream upstream = {};
            upstream.address = IpAddress::from_ipv4({198, 18, 1, octet}).abi();
            upstream.state = FP_UPSTREAM_UP;
            upstream.weight = 100;
            std::strcpy(upstream.pool, "default");
            ASSERT_EQ(bpf_map_update_elem(programs_->map("upstreams"), &number, &upstream, BPF_ANY), 0);
        }
        std::vector<fp_upstream_counters> counters(static_cast<size_t>(libbpf_num_possible_cpus()));
        for (fp_upstream_counters &one : counters) {
            one.queries = 2;
        }
        const uint32_t number = 3;
        ASSERT_EQ(bpf_map_update_elem(programs_->map("upstream_counters"), &number, counters.data(), BPF_ANY), 0);
    }
    [[nodiscard]] fp_upstream upstream(uint32_t number) const {
        fp_upstream found = {};
        EXPECT_EQ(bpf_map_lookup_elem(programs_->map("upstreams"), &number, &found), 0);
        return found;
    }

    void attach() {
        Attachments attachments(*directory_, programs_->map("attachments"));
        value_of(attachments.attach(interface, AttachMode::generic, {programs_->fastpath(), programs_->learn()}));
    }
    // Without the tool: a link goes away like this when somebody detaches it, or when its interface goes.
    void break_link() {
        const UniqueFd link(bpf_obj_get((pins_ / "links" / (std::string("xdp_") + interface)).c_str()));
        ASSERT_EQ(bpf_link_detach(link.get()), 0);
    }
    static std::string interface_state() { return test::run({"ip", "-details", "link", "show", interface}).output; }
    static std::string egress_filters() {
        return test::run({"tc", "filter", "show", "dev", interface, "egress"}).output;
    }

    void add(const ResponseText &text, test::CachedQuery query = {}, uint64_t age_seconds = 0) {
        query.born_ns = monotonic_ns() - age_seconds * FP_NSEC_PER_SEC;
        query.hash_key = hash_key_;
        ASSERT_TRUE(table_->insert(cached(text, query), monotonic_ns()));
    }
    void add_some_names() {
        for (const char *name : {"example.com.", "www.example.com.", "badexample.com."}) {
            add(address_of(name));
            add(mail_of(name));
        }
    }

    [[nodiscard]] test::Finished ctl(const test::Command &words) const {
        test::Command command = {FASTPATH_CTL, "--pins", pins_};
        command.insert(command.end(), words.begin(), words.end());
        return test::run(command);
    }
    // What the JSON output says, whatever the exit code.
    [[nodiscard]] json ctl_json(test::Command words) const {
        words.emplace_back("--json");
        return json::parse(ctl(words).output);
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

    const std::filesystem::path pins_ = bpffs / (pins_prefix + std::to_string(::getpid()));
    const HashKey hash_key_ = value_of(new_hash_key());
    std::optional<PinDirectory> directory_;
    std::optional<Programs> programs_;
    std::optional<AnswerMaps> maps_;
    std::optional<AnswerTable> table_;
};

using Answers = std::vector<std::string>;

const Answers all_names = {"badexample.com. A", "badexample.com. MX", "example.com. A",
                           "example.com. MX",   "www.example.com. A", "www.example.com. MX"};

TEST_F(Ctl, SaysWhereNothingIsPinned) {
    const test::Finished finished = test::run({FASTPATH_CTL, "status", "--pins", bpffs / "fp-nothing-here"});
    EXPECT_EQ(finished.exit_code, not_running);
    EXPECT_TRUE(contains(finished.output, "not running: nothing is pinned in /sys/fs/bpf/fp-nothing-here"));
}

// What each command ends with: beside a daemon, beside the pins of one that was stopped, and where nothing is pinned. The daemon
// of these pins is this test, and not the process that `meta` names.
struct ExitCodes {
    test::Command command;
    int running;
    int stopped;
    int nothing;
};

const std::vector<ExitCodes> exit_codes = {
    {{"status"}, fine, failed, not_running},
    {{"stats"}, fine, fine, not_running},
    {{"top", "names"}, fine, fine, not_running},
    {{"upstreams"}, fine, fine, not_running},
    {{"doctor"}, failed, failed, not_running}, // generic XDP is a warning
    {{"cache", "dump"}, fine, fine, not_running},
    {{"cache", "get", "example.com"}, fine, fine, not_running},
    {{"cache", "get", "nowhere.example"}, failed, failed, not_running},
    {{"cache", "flush", "nowhere.example"}, fine, fine, not_running},
    {{"cache", "flush-zone", "nowhere.example"}, fine, fine, not_running},
    {{"cache", "load", "/nowhere"}, failed, failed, not_running},
    {{"drain", "198.18.1.11"}, fine, fine, not_running},
    {{"undrain", "198.18.1.11"}, fine, fine, not_running},
    {{"drain", "198.18.1.99"}, failed, failed, not_running},
    {{"reload"}, failed, not_running, not_running},
    {{"capture", "/dev/null", "--seconds", "1"}, fine, fine, not_running},
    {{"capture", "/nowhere/x", "--seconds", "1"}, failed, failed, not_running},
    {{"top", "resolvers"}, usage, usage, usage},
    {{"frobnicate"}, usage, usage, usage},
    {{"--help"}, fine, fine, fine},
};

TEST_F(Ctl, EndsWithTheCodeThatIsAgreed) {
    attach();
    listen_on(address4);
    add_upstreams();
    add(address_of("example.com."));
    for (const ExitCodes &codes : exit_codes) {
        EXPECT_EQ(ctl(codes.command).exit_code, codes.running) << testing::PrintToString(codes.command);
    }
    stop_daemon();
    for (const ExitCodes &codes : exit_codes) {
        EXPECT_EQ(ctl(codes.command).exit_code, codes.stopped) << testing::PrintToString(codes.command);
    }
    for (const ExitCodes &codes : exit_codes) {
        test::Command command = {FASTPATH_CTL, "--pins", bpffs / "fp-nothing-here"};
        command.insert(command.end(), codes.command.begin(), codes.command.end());
        EXPECT_EQ(test::run(command).exit_code, codes.nothing) << testing::PrintToString(codes.command);
    }
}

TEST_F(Ctl, RefusesPinsOfAnotherVersion) {
    write_meta(0, FP_ABI_VERSION + 1);
    const test::Finished finished = ctl({"cache", "dump"});
    EXPECT_EQ(finished.exit_code, failed);
    EXPECT_TRUE(contains(finished.output, "ABI version")) << finished.output;
}

TEST_F(Ctl, GetShowsZoneFileLines) {
    add(mail_of("example.com."));
    const test::Finished finished = ctl({"cache", "get", "EXAMPLE.com"});
    EXPECT_EQ(finished.exit_code, fine);
    EXPECT_TRUE(contains(finished.output, "; example.com. IN MX: NOERROR, flags ra; query plain, view 0; age "));
    EXPECT_TRUE(contains(finished.output, "\tIN\tMX\t10 mx.example.\n")) << finished.output;
}

TEST_F(Ctl, GetShowsEveryTypeAndEveryVariantOfTheQuery) {
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

TEST_F(Ctl, GetShowsTtlsThatGoDown) {
    add(address_of("example.com."), {}, 100);
    const json answer = ctl_json({"cache", "get", "example.com"}).at(0);
    const int age = answer["age_seconds"];
    EXPECT_GE(age, 100);
    EXPECT_LT(age, 150);
    EXPECT_EQ(answer["remaining_seconds"], 300 - age);
    EXPECT_EQ(answer["answer"][0]["ttl"], 300 - age);
}

TEST_F(Ctl, GetFailsWhereThereIsNothingAlive) {
    add(address_of("example.com."));
    add(address_of("old.example.com."), {}, 300);
    for (const test::Command &words : std::vector<test::Command>{{"cache", "get", "nope.example"},
                                                                 {"cache", "get", "example.com", "MX"},
                                                                 {"cache", "get", "old.example.com"}}) {
        const test::Finished finished = ctl(words);
        EXPECT_EQ(finished.exit_code, failed) << words[2];
        EXPECT_TRUE(contains(finished.output, "the cache holds no answer for " + words[2] + ".")) << finished.output;
    }
}

TEST_F(Ctl, ElementOfTheMapIsWhereItSays) {
    add(address_of("example.com."));
    const json answer = ctl_json({"cache", "get", "example.com"}).at(0);
    const std::string chunk = "answers_" + answer["size_class"].get<std::string>() + "_" + answer["chunk"].dump();
    const std::string element = answer["element"].dump();
    const std::string bytes =
        test::run({"bpftool", "--json", "map", "lookup", "pinned", pins_ / chunk, "key", element, "0", "0", "0"})
            .output;
    EXPECT_EQ(json::parse(bytes)["formatted"]["value"]["head"]["qtype"], 1) << bytes;
}

TEST_F(Ctl, DumpShowsEveryAnswer) {
    constexpr size_t count = 3000;
    for (size_t i = 0; i < count; i++) {
        add(address_of("n" + std::to_string(i) + ".example."));
    }
    EXPECT_EQ(ctl_json({"cache", "dump"}).size(), count);
    const std::string lines = ctl({"cache", "dump"}).output;
    EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 2 * count);
}

TEST_F(Ctl, DumpOfAnEmptyCacheIsFine) {
    const test::Finished finished = ctl({"cache", "dump", "--json"});
    EXPECT_EQ(finished.exit_code, fine);
    EXPECT_EQ(finished.output, "[]\n");
}

TEST_F(Ctl, FlushOfANameAndTypeLeavesTheOthers) {
    add_some_names();
    EXPECT_EQ(ctl_json({"cache", "flush", "example.com", "mx"})["flushed"], 1);
    EXPECT_EQ(dumped(), (Answers{"badexample.com. A", "badexample.com. MX", "example.com. A", "www.example.com. A",
                                 "www.example.com. MX"}));
}

TEST_F(Ctl, FlushOfANameTakesAllItsTypes) {
    add_some_names();
    const test::Finished finished = ctl({"cache", "flush", "example.com"});
    EXPECT_EQ(finished.exit_code, fine);
    EXPECT_EQ(finished.output, "flushed 2 answers\n");
    EXPECT_EQ(dumped(),
              (Answers{"badexample.com. A", "badexample.com. MX", "www.example.com. A", "www.example.com. MX"}));
    EXPECT_EQ(ctl_json({"cache", "flush", "example.com"})["flushed"], 0) << "they are gone already";
}

TEST_F(Ctl, FlushOfAZoneEndsAtLabels) {
    add_some_names();
    EXPECT_EQ(ctl_json({"cache", "flush-zone", "example.com"})["flushed"], 4);
    EXPECT_EQ(dumped(), (Answers{"badexample.com. A", "badexample.com. MX"}));
}

TEST_F(Ctl, FlushAllWorksWithoutADaemonAndIsSweptByTheNext) {
    add_some_names();
    ASSERT_EQ(dumped(), all_names);
    stop_daemon();
    EXPECT_EQ(ctl_json({"cache", "flush-all"})["flushed"], 6);
    EXPECT_EQ(dumped(), Answers{});
    EXPECT_EQ(table_->sweep(monotonic_ns(), bucket_count), 6);
}

// The daemon writes other fields of `meta` all the time, and goes by this one when an answer comes late.
TEST_F(Ctl, EveryFlushWritesItsTimeAndNothingElse) {
    for (const test::Command &words : std::vector<test::Command>{
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

TEST_F(Ctl, GetAndDumpAreNoFlush) {
    ASSERT_EQ(ctl({"cache", "dump"}).exit_code, fine);
    EXPECT_EQ(meta().flushed_ns, 0);
}

TEST_F(Ctl, StatusIsFineWhileEverythingRuns) {
    attach();
    listen_on(address4);
    listen_on(address6);
    const test::Finished finished = ctl({"status"});
    EXPECT_EQ(finished.exit_code, fine) << finished.output;
    EXPECT_TRUE(contains(finished.output, "\nfpctl0     generic  attached\n")) << finished.output;
    EXPECT_FALSE(contains(finished.output, "\033")) << "a pipe is no terminal";
    EXPECT_TRUE(contains(finished.output, "\nANSWERS ON\n192.0.2.53\n2001:db8::53\n")) << finished.output;
    EXPECT_EQ(ctl_json({"status"})["daemon"]["pid"], 4711);
    EXPECT_EQ(ctl_json({"status"})["listeners"], json({"192.0.2.53", "2001:db8::53"}));
}

TEST_F(Ctl, StatusIsDegradedWithoutAnAddressToAnswerOn) {
    attach();
    EXPECT_EQ(ctl({"status"}).exit_code, failed);
    const json problems = ctl_json({"status"})["problems"];
    ASSERT_EQ(problems.size(), 1);
    EXPECT_TRUE(contains(problems[0], "no address to answer on"));
}

// While a reload goes on, and after a daemon that died in one.
TEST_F(Ctl, StatusKnowsTheAddressesInUseAlone) {
    listen_on(address4);
    listen_on(address6, generation_in_use + 1);
    listen_on(address6, generation_in_use - 1);
    EXPECT_EQ(ctl_json({"status"})["listeners"], json({"192.0.2.53"}));
}

TEST_F(Ctl, StatusCountsUpstreams) {
    add_upstreams();
    EXPECT_EQ(ctl_json({"status"})["upstreams"], json({{"up", 2}, {"drained", 0}, {"total", 2}}));
}

TEST_F(Ctl, UpstreamsShowsThoseInUse) {
    EXPECT_EQ(ctl_json({"upstreams"})["upstreams"], json::array());
    add_upstreams();
    const test::Finished finished = ctl({"upstreams"});
    EXPECT_EQ(finished.exit_code, fine) << finished.output;
    EXPECT_TRUE(contains(finished.output, "\ndefault  198.18.1.12  ")) << finished.output;
    const json upstreams = ctl_json({"upstreams"})["upstreams"];
    ASSERT_EQ(upstreams.size(), 2);
    EXPECT_EQ(upstreams[0]["upstream"], "198.18.1.11");
    EXPECT_EQ(upstreams[0]["queries"], 2 * libbpf_num_possible_cpus());
    EXPECT_EQ(upstreams[1]["queries"], 0);
}

TEST_F(Ctl, DrainAndUndrainChangeOneFieldOfTheMap) {
    add_upstreams();
    fp_upstream wanted = upstream(5);
    wanted.drained = 1;
    const test::Finished drained = ctl({"drain", "198.18.1.12"});
    EXPECT_EQ(drained.exit_code, fine);
    EXPECT_EQ(drained.output, "198.18.1.12: drained in pool default\n");
    fp_upstream found = upstream(5);
    EXPECT_EQ(std::memcmp(&found, &wanted, sizeof(found)), 0);
    EXPECT_EQ(upstream(3).drained, 0);
    EXPECT_EQ(ctl_json({"upstreams"})["upstreams"][1]["drained"], true);

    EXPECT_EQ(ctl_json({"drain", "198.18.1.11"})["pools_without_service"], json({"default"}));
    EXPECT_EQ(ctl({"upstreams"}).exit_code, failed) << "no upstream of the pool is left";
    EXPECT_EQ(ctl({"undrain", "198.18.1.11"}).exit_code, fine);
    EXPECT_EQ(upstream(3).drained, 0);
    EXPECT_EQ(upstream(5).drained, 1);
}

TEST_F(Ctl, DrainNamesTheUpstreamsWhereItFindsNone) {
    add_upstreams();
    const test::Finished finished = ctl({"drain", "198.18.1.13"});
    EXPECT_EQ(finished.exit_code, failed);
    EXPECT_TRUE(contains(finished.output, "no upstream 198.18.1.13; there are 198.18.1.11, 198.18.1.12"))
        << finished.output;
}

TEST_F(Ctl, DoctorGathersFactsOfPinsAndHost) {
    attach();
    add_upstreams();
    const test::Finished finished = ctl({"doctor"});
    EXPECT_EQ(finished.exit_code, failed);
    EXPECT_TRUE(contains(finished.output, "warning  xdp_mode ")) << finished.output;
    const json doctor = ctl_json({"doctor"});
    EXPECT_EQ(doctor["status"], "warning") << doctor.dump(2);
    std::map<std::string, std::string> statuses;
    for (const json &check : doctor["checks"]) {
        statuses[check["check"]] = check["status"];
    }
    EXPECT_EQ(statuses, (std::map<std::string, std::string>{{"heartbeat", "ok"},
                                                            {"xdp_mode", "warning"},
                                                            {"mtu", "ok"},
                                                            {"queues", "ok"},
                                                            {"nic_allowances", "ok"},
                                                            {"nic_connections", "ok"},
                                                            {"source_ports", "ok"},
                                                            {"forwarding", "ok"},
                                                            {"notrack", "ok"},
                                                            {"tracked_dns", "ok"},
                                                            {"firewall", "ok"},
                                                            {"translation", "ok"},
                                                            {"conntrack_fill", "ok"}}));
    EXPECT_EQ(ctl({"detach"}).exit_code, fine);
    EXPECT_EQ(ctl({"doctor"}).exit_code, fine) << ctl({"doctor"}).output;
}

TEST_F(Ctl, StatusIsDegradedByARenamedInterface) {
    attach();
    listen_on(address4);
    test::run({"ip", "link", "set", interface, "name", "fplan0"});
    const test::Finished finished = ctl({"status"});
    const test::Finished detached = ctl({"detach"});
    test::run({"ip", "link", "set", "fplan0", "name", interface});
    EXPECT_EQ(finished.exit_code, failed);
    EXPECT_TRUE(contains(finished.output, "fpctl0 is now named fplan0")) << finished.output;
    EXPECT_EQ(detached.exit_code, fine) << detached.output;
    EXPECT_FALSE(contains(interface_state(), "xdp")) << "found by its link, whatever its name";
    EXPECT_EQ(egress_filters(), "");
}

TEST_F(Ctl, StatusIsDegradedWithoutADaemon) {
    attach();
    listen_on(address4);
    stop_daemon();
    EXPECT_EQ(ctl({"status"}).exit_code, failed);
    const json status = ctl_json({"status"});
    EXPECT_EQ(status["state"], "degraded");
    EXPECT_EQ(status["daemon"]["running"], false);
    EXPECT_EQ(status["interfaces"][0]["attached"], true) << "hits go on";
}

TEST_F(Ctl, StatusIsDegradedWithoutAHeartbeat) {
    attach();
    listen_on(address4);
    write_meta(60 * FP_NSEC_PER_SEC);
    EXPECT_EQ(ctl({"status"}).exit_code, failed);
    EXPECT_TRUE(contains(ctl_json({"status"})["problems"][0], "no heartbeat for 1 min"));
}

TEST_F(Ctl, StatusIsDegradedByADeadLink) {
    attach();
    listen_on(address4);
    break_link();
    EXPECT_EQ(ctl({"status"}).exit_code, failed);
    EXPECT_EQ(ctl_json({"status"})["interfaces"][0]["attached"], false);
}

TEST_F(Ctl, StatsShowsWhatTheProgramsCounted) {
    std::vector<fp_counters> per_cpu(static_cast<size_t>(libbpf_num_possible_cpus()));
    for (fp_counters &counters : per_cpu) {
        counters.hit = 5;
    }
    const uint32_t zero = 0;
    ASSERT_EQ(bpf_map_update_elem(programs_->map("counters"), &zero, per_cpu.data(), BPF_ANY), 0);
    const size_t sum = 5 * per_cpu.size();

    const test::Finished finished = ctl({"stats"});
    EXPECT_EQ(finished.exit_code, fine);
    EXPECT_TRUE(contains(finished.output, "dns_fastpath_queries_total{result=\"hit\"} " + std::to_string(sum) + "\n"));
    EXPECT_TRUE(contains(finished.output, "dns_fastpath_cache_capacity 10000\n"));
    EXPECT_TRUE(contains(finished.output, "dns_fastpath_cache_fills_total 0\n"));
    const json first = ctl_json({"stats"}).at(0);
    EXPECT_EQ(first, json({{"name", "dns_fastpath_queries_total"}, {"labels", {{"result", "hit"}}}, {"value", sum}}));
}

// A dump that did not fit on the disk must not look like a whole one.
TEST_F(Ctl, FailsWhereItsOutputCannotBeWritten) {
    const std::string line = std::string(FASTPATH_CTL) + " stats --pins " + pins_.string() + " >/dev/full";
    const test::Finished finished = test::run({"sh", "-c", line});
    EXPECT_EQ(finished.exit_code, failed);
    EXPECT_TRUE(contains(finished.output, "cannot write the output")) << finished.output;
}

TEST_F(Ctl, DetachTakesProgramsOffWhileTheDaemonRuns) {
    attach();
    ASSERT_TRUE(contains(interface_state(), "xdp"));
    ASSERT_TRUE(contains(egress_filters(), "bpf"));

    const test::Finished finished = ctl({"detach"});
    EXPECT_EQ(finished.exit_code, fine);
    EXPECT_TRUE(contains(finished.output, "fpctl0: detached\n"));
    EXPECT_TRUE(contains(finished.output, "the daemon (pid 4711) keeps running")) << finished.output;
    EXPECT_FALSE(contains(interface_state(), "xdp"));
    EXPECT_EQ(egress_filters(), "");
    EXPECT_EQ(ctl({"status"}).exit_code, failed) << "pinned, and attached nowhere";
}

TEST_F(Ctl, DetachRemovesThePinsWhereNoDaemonRuns) {
    attach();
    stop_daemon();
    const json report = ctl_json({"detach"});
    EXPECT_EQ(report["detached"], json({interface}));
    EXPECT_EQ(report["pins_removed"], true);
    EXPECT_FALSE(contains(interface_state(), "xdp"));
    EXPECT_FALSE(std::filesystem::exists(pins_));
    EXPECT_EQ(ctl({"status"}).exit_code, not_running);
}

TEST_F(Ctl, DetachRemovesTheFirewallRulesOfADaemonThatWasKilled) {
    const auto tables = [] { return test::run({"nft", "list", "tables"}).output; };
    const std::string ours = "table inet " + notrack_table(pins_) + "\n";
    test::run({"nft", "-f", "-"}, "add " + ours + "add table inet dns_fastpath\n");
    ASSERT_EQ(ctl({"detach"}).exit_code, fine);
    EXPECT_EQ(tables(), ours + "table inet dns_fastpath\n") << "the daemon still runs";
    stop_daemon();
    ASSERT_EQ(ctl({"detach"}).exit_code, fine);
    EXPECT_EQ(tables(), "table inet dns_fastpath\n") << "that of another daemon, with other pins";
    test::run({"nft", "delete", "table", "inet", "dns_fastpath"});
}

// The numbers of interfaces are those of another namespace there: nothing may be done by them.
TEST_F(Ctl, DetachDoesNothingInAnotherNetworkNamespace) {
    attach();
    stop_daemon();
    const test::Finished finished = test::run({"unshare", "--net", FASTPATH_CTL, "--pins", pins_, "detach"});
    EXPECT_EQ(finished.exit_code, failed);
    EXPECT_TRUE(contains(finished.output, "fpctl0 is in another network namespace (inode ")) << finished.output;
    EXPECT_TRUE(contains(finished.output, "`nsenter --net`")) << finished.output;
    EXPECT_TRUE(contains(interface_state(), "xdp"));
    EXPECT_EQ(ctl_json({"detach"})["pins_removed"], true) << "a second try, in the right one, finds all it needs";
}

} // namespace
} // namespace fastpath
