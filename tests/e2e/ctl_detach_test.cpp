// SPDX-License-Identifier: Apache-2.0
// `dns-fastpathctl detach` on real pins: what it takes off, what it leaves, and where it does nothing.
#include "conntrack/notrack_rules.h"
#include "e2e/ctl_fixture.h"

namespace fastpath::test {
namespace {

TEST_F(Ctl, DetachTakesProgramsOffWhileTheDaemonRuns) {
    attach();
    ASSERT_TRUE(contains(interface_state(), "xdp"));
    ASSERT_TRUE(contains(egress_filters(), "bpf"));

    const Finished finished = ctl({"detach"});
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
    const auto tables = [] { return run({"nft", "list", "tables"}).output; };
    const std::string ours = "table inet " + notrack_table(pins_) + "\n";
    run({"nft", "-f", "-"}, "add " + ours + "add table inet dns_fastpath\n");
    ASSERT_EQ(ctl({"detach"}).exit_code, fine);
    EXPECT_EQ(tables(), ours + "table inet dns_fastpath\n") << "the daemon still runs";
    stop_daemon();
    ASSERT_EQ(ctl({"detach"}).exit_code, fine);
    EXPECT_EQ(tables(), "table inet dns_fastpath\n") << "that of another daemon, with other pins";
    run({"nft", "delete", "table", "inet", "dns_fastpath"});
}

// The numbers of interfaces are those of another namespace there: nothing may be done by them.
TEST_F(Ctl, DetachDoesNothingInAnotherNetworkNamespace) {
    attach();
    stop_daemon();
    const Finished finished = run({"unshare", "--net", FASTPATH_CTL, "--pins", pins_, "detach"});
    EXPECT_EQ(finished.exit_code, failed);
    EXPECT_TRUE(contains(finished.output, "fpctl0 is in another network namespace (inode ")) << finished.output;
    EXPECT_TRUE(contains(finished.output, "`nsenter --net`")) << finished.output;
    EXPECT_TRUE(contains(interface_state(), "xdp"));
    EXPECT_EQ(ctl_json({"detach"})["pins_removed"], true) << "a second try, in the right one, finds all it needs";
}

} // namespace
} // namespace fastpath::test
