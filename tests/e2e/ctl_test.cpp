// SPDX-License-Identifier: Apache-2.0
// What holds for every command of dns-fastpathctl: exit codes, pins of another version, output that cannot be written; and `stats`.
#include "e2e/ctl_fixture.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

namespace fastpath::test {
namespace {

TEST_F(Ctl, SaysWhereNothingIsPinned) {
    const Finished finished = run({FASTPATH_CTL, "status", "--pins", no_pins});
    EXPECT_EQ(finished.exit_code, not_running);
    EXPECT_TRUE(contains(finished.output, "not running: nothing is pinned in /sys/fs/bpf/fp-nothing-here"));
}

// What each command ends with: beside a daemon, beside the pins of one that was stopped, and where nothing is pinned. The daemon
// of these pins is this test, and not the process that `meta` names.
struct ExitCodes {
    Command command;
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
        EXPECT_EQ(ctl_on(no_pins, codes.command).exit_code, codes.nothing) << testing::PrintToString(codes.command);
    }
}

TEST_F(Ctl, RefusesPinsOfAnotherVersion) {
    write_meta(0, FP_ABI_VERSION + 1);
    const Finished finished = ctl({"cache", "dump"});
    EXPECT_EQ(finished.exit_code, failed);
    EXPECT_TRUE(contains(finished.output, "ABI version")) << finished.output;
}

TEST_F(Ctl, StatsShowsWhatTheProgramsCounted) {
    std::vector<fp_counters> per_cpu(static_cast<size_t>(libbpf_num_possible_cpus()));
    for (fp_counters &counters : per_cpu) {
        counters.hit = 5;
    }
    const uint32_t zero = 0;
    ASSERT_EQ(bpf_map_update_elem(programs_->map("counters"), &zero, per_cpu.data(), BPF_ANY), 0);
    const size_t sum = 5 * per_cpu.size();

    const Finished finished = ctl({"stats"});
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
    const Finished finished = run({"sh", "-c", line});
    EXPECT_EQ(finished.exit_code, failed);
    EXPECT_TRUE(contains(finished.output, "cannot write the output")) << finished.output;
}

} // namespace
} // namespace fastpath::test
