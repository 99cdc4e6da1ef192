// SPDX-License-Identifier: Apache-2.0
// Restarts, upgrades, reloads, a metrics address that is taken: hits do not notice.
#include "e2e/operator_fixture.h"

#include <arpa/inet.h>
#include <csignal>
#include <netinet/in.h>
#include <sys/socket.h>

namespace fastpath::test {
namespace {

class Operator : public OperatorTest {
  protected:
    // Detaches and removes the pins, whatever a test has left.
    void TearDown() override {
        if (has_pins()) {
            control(lab(), {"detach"});
        }
    }
};

// --- restart and upgrade ----------------------------------------------------------------------------------------------

struct Restart {
    const char *name;
    int signal;
    const char *next;
};

class Restarts : public Operator, public ::testing::WithParamInterface<Restart> {};

TEST_P(Restarts, LoseNoHit) {
    auto first = std::make_unique<FastpathDaemon>(lab(), keeping());
    learn_hot_names(lab());
    const double entries = stats(lab()).fastpath("cache_entries");
    std::unique_ptr<FastpathDaemon> next;
    expect_no_hit_is_lost([&] {
        first->stop(GetParam().signal);
        EXPECT_TRUE(hits_go_on()) << "no hits without a daemon";
        next = std::make_unique<FastpathDaemon>(lab(), keeping(), GetParam().next);
    });
    EXPECT_TRUE(next->says("took over " + std::to_string(static_cast<unsigned>(entries)) + " cached answers"))
        << next->log();
    EXPECT_EQ(ask({"d0700.mail.example", "MX"}).by, by_unbound);
    EXPECT_EQ(ask({"d0700.mail.example", "MX"}).by, by_fast_path) << "it does not learn";
    control(lab(), {"cache", "flush", "d0700.mail.example"});
}

INSTANTIATE_TEST_SUITE_P(Of, Restarts,
                         ::testing::Values(Restart{"a_killed_daemon", SIGKILL, FASTPATH_DAEMON},
                                           Restart{"a_stopped_daemon", SIGTERM, FASTPATH_DAEMON},
                                           Restart{"a_daemon_that_is_upgraded", SIGTERM, FASTPATH_NEXT_DAEMON}),
                         [](const auto &test) { return test.param.name; });

TEST_F(Operator, AnUpgradeReplacesTheProgramsUnderTheirLinks) {
    const auto programs = [] { return on_resolver({"bpftool", "net", "show", "dev", "eth0"}); };
    auto first = std::make_unique<FastpathDaemon>(lab(), keeping());
    const std::string before = programs();
    first.reset();
    EXPECT_EQ(programs(), before);
    const FastpathDaemon next(lab(), keeping(), FASTPATH_NEXT_DAEMON);
    EXPECT_NE(programs(), before);
    EXPECT_NE(control(lab(), {"status"}).find("+next"), std::string::npos);
}

TEST_F(Operator, ADaemonOfAnotherAbiVersionTouchesNothing) {
    auto first = std::make_unique<FastpathDaemon>(lab(), keeping());
    learn_hot_names(lab());
    first->kill();
    expect_no_hit_is_lost([] {
        const Finished other = FastpathDaemon::fail_to_start(lab(), keeping(), {}, FASTPATH_OTHER_ABI_DAEMON);
        EXPECT_EQ(other.exit_code, 1);
        EXPECT_NE(other.output.find("the pins in /sys/fs/bpf/dns-fastpath are of ABI version"), std::string::npos)
            << other.output;
        EXPECT_NE(other.output.find("remove the pins (`detach`)"), std::string::npos) << other.output;
    });
    const FastpathDaemon next(lab(), keeping());
    EXPECT_TRUE(next.says("took over ")) << next.log();
}

// --- reload -----------------------------------------------------------------------------------------------------------

TEST_F(Operator, AReloadWithABrokenFileChangesNothing) {
    FastpathDaemon daemon(lab(), keeping());
    learn_hot_names(lab());
    expect_no_hit_is_lost([&] {
        daemon.reload("interfaces: [eth0]\nacl: {allow: []}\ncache: {max_ttl: soon}\n");
        EXPECT_TRUE(daemon.says("reload refused, the old config stays: " + FastpathDaemon::config_file(lab()).string() +
                                ":3:18: "))
            << daemon.log();
        daemon.reload("acl: {allow: [\n");
        EXPECT_TRUE(eventually([&] {
            return daemon.log().find("reload refused", daemon.log().find(":3:18: ")) != std::string::npos;
        })) << daemon.log();
        EXPECT_TRUE(daemon.reloads(keeping("cache: {stale_ttl: 20}\n"))) << "no reload is possible any more";
    });
}

// --- metrics ----------------------------------------------------------------------------------------------------------

TEST_F(Operator, AMetricsAddressThatIsTakenKeepsNoQueryWaiting) {
    {
        const FastpathDaemon first(lab(), keeping());
        learn_hot_names(lab());
    }
    UniqueFd other = lab().socket(Machine::resolver, AF_INET, SOCK_STREAM);
    const sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(9153), .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_zero = {}};
    const int yes = 1; // connections to the first daemon are in TIME_WAIT
    ASSERT_EQ(::setsockopt(other.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)), 0);
    ASSERT_EQ(::bind(other.get(), reinterpret_cast<const sockaddr *>(&address), sizeof(address)), 0);
    ASSERT_EQ(::listen(other.get(), 1), 0);

    std::unique_ptr<FastpathDaemon> next;
    expect_no_hit_is_lost([&] {
        next = std::make_unique<FastpathDaemon>(lab(), keeping());
        EXPECT_TRUE(next->says("cannot listen on 127.0.0.1:9153")) << next->log();
    });
    other.reset();
    EXPECT_TRUE(next->says("metrics at http://127.0.0.1:9153/metrics")) << next->log();
    EXPECT_GT(metrics(lab()).fastpath(hits), 0);
}

// --- detach -----------------------------------------------------------------------------------------------------------

// Hits become queries of Unbound, and again hits. What waits in the ring of a veth goes with its last XDP program; see
// lifecycle_test.cpp.
TEST_F(Operator, DetachAndStart) {
    auto first = std::make_unique<FastpathDaemon>(lab(), keeping());
    learn_hot_names(lab());
    Load load = Load::of_hits(lab(), 2000);
    ASSERT_TRUE(hits_go_on(1000));
    control(lab(), {"detach"});
    EXPECT_FALSE(has_xdp());
    first->stop();
    const FastpathDaemon next(lab(), keeping());
    EXPECT_TRUE(has_xdp());
    EXPECT_TRUE(hits_go_on(1000));
    load.end();
    EXPECT_LE(load.report().lost, 20U);
}

} // namespace
} // namespace fastpath::test
