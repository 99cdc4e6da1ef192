// SPDX-License-Identifier: Apache-2.0
// Upstreams that go and come back under load: what clients notice, and how soon nobody is sent there any more.
#include "e2e/load.h"
#include "e2e/steering_test.h"
#include "e2e/stub_clients.h"

#include <fstream>
#include <sstream>

namespace fastpath::test {
namespace {

constexpr unsigned rate = 2000;
constexpr double enough = 1000; // queries, to know that an upstream takes part
constexpr std::chrono::milliseconds one_second{1000};

class SteeringOutage : public SteeringTest {
  protected:
    static bool is_up(const std::string &labels) { return counter("upstream_up" + labels) == 1; }

    static double queries(const char *upstream) {
        return counter("upstream_queries_total" + of_upstream(upstream, "az1"));
    }

    // Lines of the log that have both.
    static int lines(const FastpathDaemon &daemon, const std::string &one, const std::string &other) {
        std::istringstream log(daemon.log());
        std::string line;
        int count = 0;
        while (std::getline(log, line)) {
            count += line.find(one) != std::string::npos && line.find(other) != std::string::npos ? 1 : 0;
        }
        return count;
    }

    static void kill_unbound(Machine machine) {
        std::ifstream file(lab().state() / ("unbound-" + name_of(machine) + ".pid"));
        std::string pid;
        file >> pid;
        on(machine, {"kill", "-KILL", pid});
    }

    static ShownAnswer ask_once(const std::string &name) {
        return parse_dig(
            lab()
                .run(Machine::client, {"dig", std::string("@") + address::fp1, name, "+tries=1", "+timeout=1"})
                .output);
    }
    static bool is_stale(const ShownAnswer &answer) {
        return answer.text.find("EDE: 3 (Stale Answer)") != std::string::npos;
    }
};

const std::string az1a_labels = of_upstream(address::az1a, "az1");
const std::string az1b_labels = of_upstream(address::az1b, "az1");

// Clients that ask once lose at most what it would have answered within a second.
TEST_F(SteeringOutage, OneUpstreamGone) {
    const FastpathDaemon daemon(lab(), steering_config(default_pool({az1a_upstreams, az1b_upstreams})), Machine::fp1);
    ASSERT_TRUE(upstreams_up(4)) << daemon.log();
    Load load(lab(), rate, 7, questions_who(5000));
    ASSERT_TRUE(eventually([] { return queries(address::az1a) > enough; }));
    const double share = queries(address::az1a) / (queries(address::az1a) + queries(address::az1b));
    {
        const Gone gone(lab(), Machine::az1a);
        EXPECT_TRUE(eventually([] { return !is_up(az1a_labels); }, one_second)) << daemon.log();
        EXPECT_EQ(survey(20), (Survey{{"az1b", 20}}));
    }
    ASSERT_TRUE(eventually([] { return is_up(az1a_labels); })) << daemon.log();
    const double back = queries(address::az1a);
    EXPECT_TRUE(eventually([&] { return queries(address::az1a) > back + enough; }));
    ASSERT_TRUE(load.is_running());
    const LoadReport report = load.report();
    EXPECT_LE(static_cast<double>(report.lost), share * rate) << "of " << report.sent;
    EXPECT_GT(report.lost, 0u) << "it was not gone at all";
    EXPECT_EQ(lines(daemon, address::az1a, "is down"), 1) << daemon.log();
    EXPECT_EQ(lines(daemon, address::az1b, "is down"), 0) << daemon.log();
}

// Clients that ask again lose nothing: the second try goes to another upstream, also before anybody knows.
TEST_F(SteeringOutage, OneUpstreamGoneWhileClientsRepeat) {
    const FastpathDaemon daemon(lab(), steering_config(default_pool({az1a_upstreams, az1b_upstreams})), Machine::fp1);
    ASSERT_TRUE(upstreams_up(4)) << daemon.log();
    StubClients clients(lab(), address::fp1, 50);
    EXPECT_EQ(clients.ask(2000).lost, 0u);
    {
        const Gone gone(lab(), Machine::az1a);
        const StubReport report = clients.ask(5000);
        EXPECT_EQ(report.lost, 0u);
        EXPECT_GT(report.repeated, 0u) << "it was not gone at all";
        EXPECT_TRUE(eventually([] { return !is_up(az1a_labels); }, one_second)) << daemon.log();
    }
    EXPECT_EQ(clients.ask(2000).lost, 0u);
}

// Its probes are rare: that it takes queries and answers none is what gives it away.
TEST_F(SteeringOutage, IsNoticedWithoutProbes) {
    const FastpathDaemon daemon(
        lab(), steering_config(default_pool({az1a_upstreams, az1b_upstreams}), "interval: 1m, rise: 1"), Machine::fp1);
    ASSERT_TRUE(upstreams_up(4)) << daemon.log();
    Load load(lab(), rate, 4, questions_who(5000));
    ASSERT_TRUE(eventually([] { return queries(address::az1a) > enough; }));
    const Gone gone(lab(), Machine::az1a);
    EXPECT_TRUE(eventually([] { return !is_up(az1a_labels); }, one_second)) << daemon.log();
}

// Its machine is there and says that nobody has the port (ICMP).
TEST_F(SteeringOutage, ResolverCrashedOnAMachineThatIsThere) {
    const FastpathDaemon daemon(lab(), steering_config(default_pool({az1a_upstreams, az1b_upstreams})), Machine::fp1);
    ASSERT_TRUE(upstreams_up(4)) << daemon.log();
    Load load(lab(), rate, 5, questions_who(5000));
    ASSERT_TRUE(eventually([] { return queries(address::az1a) > enough; }));
    kill_unbound(Machine::az1a);
    EXPECT_TRUE(eventually([] { return !is_up(az1a_labels); }, one_second)) << daemon.log();
    EXPECT_EQ(survey(20), (Survey{{"az1b", 20}}));
    lab().restart_resolver(Machine::az1a);
    EXPECT_TRUE(eventually([] { return is_up(az1a_labels); })) << daemon.log();
    EXPECT_LE(load.report().lost, rate);
    EXPECT_GT(counter("drops_total{reason=\"icmp\"}"), 0);
}

TEST_F(SteeringOutage, AvailabilityZoneLostAndBack) {
    const FastpathDaemon daemon(lab(), steering_config(default_pool({az1a_upstreams, az1b_upstreams, az2a_upstreams})),
                                Machine::fp1);
    ASSERT_TRUE(upstreams_up(6)) << daemon.log();
    Load load(lab(), rate, 6, questions_who(5000));
    EXPECT_TRUE(answers_come_from({"az1a", "az1b"}));
    {
        const Gone first(lab(), Machine::az1a);
        const Gone second(lab(), Machine::az1b);
        ASSERT_TRUE(eventually([] { return !is_up(az1a_labels) && !is_up(az1b_labels); })) << daemon.log();
        EXPECT_EQ(survey(20), (Survey{{"az2a", 20}}));
    }
    EXPECT_TRUE(answers_come_from({"az1a", "az1b"})) << daemon.log();
    const LoadReport report = load.report();
    EXPECT_LE(report.lost, rate * 3 / 2) << "of " << report.sent;
}

// What was answered before is answered still; what was not, the resolver of this host answers.
TEST_F(SteeringOutage, AllGoneStaleElseLocal) {
    const FastpathDaemon daemon(lab(), steering_config(default_pool({az1a_upstreams})), Machine::fp1);
    ASSERT_TRUE(upstreams_up(2)) << daemon.log();
    ASSERT_TRUE(answers_come_from({"az1a"}));
    const double fills = counter("cache_fills_total");
    EXPECT_FALSE(ask_once("short1.mail.example").answer.empty()); // it lives for five seconds
    ASSERT_TRUE(eventually([&] { return counter("cache_fills_total") > fills; }));
    {
        const Gone gone(lab(), Machine::az1a);
        ASSERT_TRUE(eventually([] { return !is_up(az1a_labels); })) << daemon.log();
        EXPECT_EQ(survey(10), (Survey{{"fp1", 10}}));
        ShownAnswer stale;
        EXPECT_TRUE(eventually([&] { return is_stale(stale = ask_once("short1.mail.example")); })) << stale.text;
        EXPECT_EQ(stale.data(), (std::multiset<std::string>{"198.18.125.1"}));
    }
    EXPECT_TRUE(answers_come_from({"az1a"})) << daemon.log();
    EXPECT_TRUE(eventually([] { return !is_stale(ask_once("short1.mail.example")); }));
}

} // namespace
} // namespace fastpath::test
