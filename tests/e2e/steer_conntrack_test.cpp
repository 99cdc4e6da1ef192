// SPDX-License-Identifier: Apache-2.0
// 100,000 misses, each from a port of its own, on a host whose ruleset looks at connections: not one of them is tracked, neither
// where it is steered nor where the resolver of this host has it.
#include "e2e/load.h"
#include "e2e/steering_test.h"

namespace fastpath::test {
namespace {

constexpr unsigned rate = 20'000;
constexpr unsigned seconds = 6; // kxdpgun sends somewhat less than it is told to

class Tracking : public SteeringTest {
  protected:
    static void SetUpTestSuite() {
        SteeringTest::SetUpTestSuite();
        if (can_run()) {
            lab().must_run(Machine::fp1, {"nft", "-f", "-"},
                           "table inet e2e {\n"
                           "  chain input {\n"
                           "    type filter hook input priority filter\n"
                           "    ct state invalid drop\n"
                           "  }\n"
                           "  chain output {\n"
                           "    type filter hook output priority filter\n"
                           "    ct state new accept\n"
                           "  }\n"
                           "}\n");
        }
    }

    // Connections that queries of the client's machine have made. What the host asks for itself is tracked, and may be.
    static unsigned long of_clients() {
        const std::string entries = on(Machine::fp1, {"conntrack", "-L", "-p", "udp", "--src", Lab::client4});
        unsigned long count = 0;
        for (size_t at = 0; (at = entries.find("dport=53 ", at)) != std::string::npos; at++) {
            count++;
        }
        return count;
    }
    static unsigned long all() {
        return std::stoul(on(Machine::fp1, {"cat", "/proc/sys/net/netfilter/nf_conntrack_count"}));
    }

    // That all are answered is not asked for: the rate is more than two busy CPUs can do.
    static void expect_untracked_misses(const std::string &way) {
        const std::string misses = "misses_total{way=\"" + way + "\"}";
        const double before = counter(misses);
        const unsigned long all_before = all();
        ask_from_many_ports(lab(), rate, seconds, questions_who(5000));
        EXPECT_GE(counter(misses), before + 100'000);
        EXPECT_EQ(of_clients(), 0u);
        EXPECT_LE(all(), all_before + 50) << "beyond the probes of some seconds";
    }
};

TEST_F(Tracking, OfSteeredMissesIsNone) {
    serve(steering_config(default_pool({"{address: 198.18.1.11}"})), 1);
    expect_untracked_misses("steered");
}

TEST_F(Tracking, OfLocalMissesIsNone) {
    serve(steering_config(default_pool({"{address: local}"})), 1);
    expect_untracked_misses("local");
}

TEST_F(Tracking, IsWhatTheRulesetWouldDo) {
    serve(steering_config("conntrack: {notrack: false}\n"), 1);
    const LoadReport report = ask_from_many_ports(lab(), 1000, 1, questions_who(1000));
    EXPECT_EQ(of_clients(), report.sent);
    on(Machine::fp1, {"conntrack", "-F"});
}

TEST_F(Tracking, IsAsBeforeWhenTheDaemonHasGone) {
    serve(steering_config({}), 1);
    serve_no_more();
    const std::string rules = on(Machine::fp1, {"nft", "list", "ruleset"});
    EXPECT_EQ(rules.find("dns_fastpath"), std::string::npos) << rules;
    EXPECT_NE(rules.find("table inet e2e"), std::string::npos) << "others have lost theirs: " << rules;
}

} // namespace
} // namespace fastpath::test
