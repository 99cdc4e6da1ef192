// SPDX-License-Identifier: Apache-2.0
// The daemon comes and goes: crash, restart, clean stop. Hits go on, or Unbound is left as it was.
#include "e2e/lab_test.h"
#include "e2e/load.h"

#include <csignal>

namespace fastpath::test {
namespace {

constexpr const char *hits = "queries_total{result=\"hit\"}";

class Lifecycle : public LabTest {
  protected:
    // dig without asking who answered: there may be no daemon to count.
    static ShownAnswer dig(Command arguments) {
        arguments.insert(arguments.begin(), {"dig", std::string("@") + Lab::resolver4});
        return parse_dig(lab().run(Machine::client, arguments).output);
    }

    static bool hits_reach(double count) {
        return eventually([count] { return stats(lab()).fastpath(hits) >= count; });
    }
};

TEST_F(Lifecycle, KilledUnderLoadHitsGoOnAndTheNextOneTakesOver) {
    auto first = std::make_unique<FastpathDaemon>(lab());
    learn_hot_names(lab());
    const double entries = stats(lab()).fastpath("cache_entries");
    const double asked_of_unbound = unbound_queries(lab());
    double count = stats(lab()).fastpath(hits);

    Load load(lab(), 5000, 6);
    ASSERT_TRUE(hits_reach(count += 2000));
    first->kill();
    ASSERT_TRUE(hits_reach(count += 5000)) << "no hits without the daemon";
    const FastpathDaemon second(lab());
    ASSERT_TRUE(hits_reach(count += 2000)) << "no hits with the next daemon";
    ASSERT_TRUE(load.is_running()) << "the load was over too soon to say anything";

    const LoadReport report = load.report();
    EXPECT_EQ(report.lost, 0u);
    EXPECT_GE(report.sent, 20'000u);
    // The second daemon's first probe, to each address that the resolver may have.
    EXPECT_LE(unbound_queries(lab()), asked_of_unbound + 4) << "each of them was a hit";
    EXPECT_EQ(stats(lab()).fastpath("cache_entries"), entries);
    EXPECT_TRUE(second.says("took over " + std::to_string(static_cast<unsigned>(entries)) + " cached answers"))
        << second.log();
}

TEST_F(Lifecycle, TheNextDaemonLearnsAndCountsOn) {
    auto first = std::make_unique<FastpathDaemon>(lab());
    EXPECT_EQ(ask({"d0500.mail.example", "A"}).by, by_unbound);
    first->kill();
    const double fills = stats(lab()).fastpath("cache_fills_total");
    const FastpathDaemon second(lab());
    EXPECT_EQ(ask({"d0500.mail.example", "A"}).by, by_fast_path);
    EXPECT_EQ(ask({"d0501.mail.example", "A"}).by, by_unbound);
    EXPECT_EQ(ask({"d0501.mail.example", "A"}).by, by_fast_path);
    EXPECT_EQ(metrics(lab()).fastpath("cache_fills_total"), fills + 1);
}

TEST_F(Lifecycle, ASecondDaemonRefusesToStart) {
    const FastpathDaemon first(lab());
    ask({"d0502.mail.example", "A"});
    const Finished second = FastpathDaemon::fail_to_start(lab(), lab_config("metrics: {listen: \"127.0.0.1:9154\"}\n"));
    EXPECT_EQ(second.exit_code, 1);
    EXPECT_NE(second.output.find("another dns-fastpathd uses the pins in /sys/fs/bpf/dns-fastpath"), std::string::npos)
        << second.output;
    EXPECT_EQ(ask({"d0502.mail.example", "A"}).by, by_fast_path) << "the first one was disturbed";
}

class CleanStop : public Lifecycle, public ::testing::WithParamInterface<int> {};

TEST_P(CleanStop, DetachesAndLeavesPlainUnbound) {
    FastpathDaemon daemon(lab());
    ask({"d0503.mail.example", "MX"});
    const Asked hit = ask({"d0503.mail.example", "MX"});
    EXPECT_EQ(hit.by, by_fast_path);
    EXPECT_TRUE(has_xdp() && has_clsact() && has_pins());

    EXPECT_EQ(daemon.stop(GetParam()), 0);
    expect_plain_unbound();
    const double before = unbound_queries(lab());
    EXPECT_EQ(without_ttls(dig({"d0503.mail.example", "MX"})), without_ttls(hit.shown));
    EXPECT_EQ(unbound_queries(lab()), before + 1);
}

INSTANTIATE_TEST_SUITE_P(Signals, CleanStop, ::testing::Values(SIGTERM, SIGINT));

// Under load, a stop is a change of who answers. What waits in the ring of a veth is thrown away with its last XDP program
// (drivers/net/veth.c, veth_disable_xdp), and nothing else.
TEST_F(Lifecycle, StopsUnderLoad) {
    FastpathDaemon daemon(lab());
    learn_hot_names(lab());
    const double count = stats(lab()).fastpath(hits);
    const double asked_of_unbound = unbound_queries(lab());
    Load load(lab(), 2000, 3);
    ASSERT_TRUE(hits_reach(count + 1000));
    EXPECT_EQ(daemon.stop(), 0);
    ASSERT_TRUE(load.is_running());
    const LoadReport report = load.report();
    EXPECT_LE(report.lost, 10u);
    EXPECT_GE(report.sent, 5000u);
    EXPECT_GT(unbound_queries(lab()), asked_of_unbound);
}

TEST_F(Lifecycle, KeepLeavesHitsBeingServed) {
    const std::string config = lab_config("state: {on_stop: keep, snapshot: \"\"}\n");
    {
        FastpathDaemon daemon(lab(), config);
        ask({"d0504.mail.example", "A"});
        EXPECT_EQ(daemon.stop(), 0);
    }
    const double before = unbound_queries(lab());
    const double count = stats(lab()).fastpath(hits);
    EXPECT_EQ(dig({"d0504.mail.example", "A"}).data(), (std::multiset<std::string>{"198.18.129.248"}));
    EXPECT_EQ(unbound_queries(lab()), before);
    EXPECT_EQ(stats(lab()).fastpath(hits), count + 1);

    FastpathDaemon next(lab());
    EXPECT_TRUE(next.says("took over 1 cached answers")) << next.log();
    EXPECT_EQ(ask({"d0504.mail.example", "A"}).by, by_fast_path);
    EXPECT_EQ(next.stop(), 0);
    expect_plain_unbound();
}

// Only what we made goes with us.
TEST_F(Lifecycle, AForeignClsactQdiscStays) {
    on_resolver({"tc", "qdisc", "add", "dev", "eth0", "clsact"});
    {
        FastpathDaemon daemon(lab());
        EXPECT_EQ(daemon.stop(), 0);
    }
    EXPECT_TRUE(has_clsact());
    EXPECT_EQ(on_resolver({"tc", "filter", "show", "dev", "eth0", "egress"}), "");
    on_resolver({"tc", "qdisc", "delete", "dev", "eth0", "clsact"});
}

TEST_F(Lifecycle, ADetachOfTheControlToolLeavesPlainUnbound) {
    auto daemon = std::make_unique<FastpathDaemon>(lab());
    ask({"d0505.mail.example", "A"});
    daemon->kill();
    EXPECT_TRUE(has_xdp());
    control(lab(), {"detach"});
    expect_plain_unbound();
    EXPECT_EQ(dig({"d0505.mail.example", "A"}).status, "NOERROR");
}

} // namespace
} // namespace fastpath::test
