// SPDX-License-Identifier: Apache-2.0
// 100,000 misses, each from a port of its own, on a host whose ruleset looks at connections: not one of them is tracked, neither
// where it is steered nor where the resolver of this host has it.
#include "e2e/load.h"
#include "e2e/steering_test.h"

namespace fastpath::test {
namespace {

constexpr unsigned rate = 20'000;
constexpr unsigned seconds = 5;

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

    // Connections of which the client's machine is one end. What the host asks for itself is tracked, and should be.
    static unsigned long of_clients() {
        const std::string entries = on(Machine::fp1, {"conntrack", "-L"});
        unsigned long count = 0;
        for (size_t at = 0; (at = entries.find(clients_, at)) != std::string::npos; at += clients_.size()) {
            count++;
        }
        return count;
    }
    static unsigned long all() {
        return std::stoul(on(Machine::fp1, {"cat", "/proc/sys/net/netfilter/nf_conntrack_count"}));
    }

    // Most of 100,000 misses are answered: the rate is more than two busy CPUs can do.
    static void expect_untracked_misses(const char *way, const std::string &config) {
        const FastpathDaemon daemon(lab(), config, Machine::fp1);
        ASSERT_TRUE(upstreams_up(1)) << daemon.log();
        const unsigned long all_before = all();
        ask_from_many_ports(lab(), rate, seconds, questions_who(5000));
        EXPECT_GE(counter(std::string("misses_total{way=\"") + way + "\"}"), 100'000);
        EXPECT_EQ(of_clients(), 0u);
        EXPECT_LE(all(), all_before + 50) << "beyond the probes of some seconds";
    }

  private:
    static inline const std::string clients_ = std::string("src=") + Lab::client4 + " ";
};

TEST_F(Tracking, OfSteeredMissesIsNone) {
    expect_untracked_misses("steered", steering_config(default_pool({"{address: 198.18.1.11}"})));
}

TEST_F(Tracking, OfLocalMissesIsNone) {
    expect_untracked_misses("local", steering_config(default_pool({"{address: local}"})));
}

TEST_F(Tracking, IsWhatTheRulesetWouldDo) {
    const FastpathDaemon daemon(lab(), steering_config("conntrack: {notrack: false}\n"), Machine::fp1);
    ASSERT_TRUE(upstreams_up(1)) << daemon.log();
    const LoadReport report = ask_from_many_ports(lab(), 1000, 1, questions_who(1000));
    EXPECT_EQ(of_clients(), report.sent);
    on(Machine::fp1, {"conntrack", "-F"});
}

TEST_F(Tracking, IsAsBeforeWhenTheDaemonHasGone) {
    { const FastpathDaemon daemon(lab(), steering_config(default_pool({"{address: local}"})), Machine::fp1); }
    const std::string rules = on(Machine::fp1, {"nft", "list", "ruleset"});
    EXPECT_EQ(rules.find("dns_fastpath"), std::string::npos) << rules;
    EXPECT_NE(rules.find("table inet e2e"), std::string::npos) << "others have lost theirs: " << rules;
}

} // namespace
} // namespace fastpath::test
