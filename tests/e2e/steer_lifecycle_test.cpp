// SPDX-License-Identifier: Apache-2.0
// Steering while its config changes and while its daemon is dead.
#include "e2e/load.h"
#include "e2e/steering_test.h"

namespace fastpath::test {
namespace {

constexpr const char *steered = "misses_total{way=\"steered\"}";

class SteeringLifecycle : public SteeringTest {
  protected:
    static bool steered_reach(double count) {
        return eventually([count] { return stats(lab(), Machine::fp1).fastpath(steered) >= count; });
    }
};

TEST_F(SteeringLifecycle, ReloadsUnderLoadLoseNothing) {
    const std::string routes = "routes: [{zone: corp.example, pool: default}, {zone: a.who.example, pool: default}]\n";
    const std::string clients = "clients: [{prefix: 198.18.9.0/24, view: mta}]\n";
    const std::vector<std::string> configs = {
        steering_config(default_pool({az1a_upstreams})),
        steering_config(default_pool({az1a_upstreams, az1b_upstreams}) + routes),
        steering_config(default_pool({az1b_upstreams, az2a_upstreams}) + clients),
        steering_config(default_pool({"{address: local}"}) + routes + clients),
        steering_config(default_pool({"{address: 198.18.1.11, az: az1, weight: 7}", az2a_upstreams})),
    };
    FastpathDaemon daemon(lab(), configs.front(), Machine::fp1);
    ASSERT_TRUE(upstreams_up(2)) << daemon.log();
    Load load(lab(), 3000, 6, questions_who(5000));
    ASSERT_TRUE(steered_reach(1000));
    for (unsigned turn = 1; turn <= 20; turn++) {
        ASSERT_TRUE(daemon.reloads(configs[turn % configs.size()])) << daemon.log();
    }
    EXPECT_TRUE(load.is_running()) << "the load was over too soon to say anything";
    const LoadReport report = load.report();
    EXPECT_EQ(report.lost, 0u) << "of " << report.sent << "\n" << daemon.log();
    EXPECT_TRUE(answers_come_from({"az1a"})) << "the last config is that in use";
}

// Queries of another pool, once it is in the config: from the first one on.
TEST_F(SteeringLifecycle, AReloadTakesEffect) {
    FastpathDaemon daemon(lab(), steering_config(default_pool({az1a_upstreams})), Machine::fp1);
    ASSERT_TRUE(upstreams_up(2)) << daemon.log();
    EXPECT_TRUE(answers_come_from({"az1a"}));
    daemon.reload(steering_config(default_pool({az1b_upstreams})));
    EXPECT_TRUE(answers_come_from({"az1b"})) << daemon.log();
    const Samples page = metrics(lab(), Machine::fp1);
    EXPECT_THROW((void)page.fastpath("upstream_up" + of_upstream(address::az1a, "az1")), std::out_of_range)
        << "an upstream that is gone is still on the page";
}

TEST_F(SteeringLifecycle, KilledUnderLoadMissesAreSteeredOnAndTheNextOneTakesOver) {
    const std::string config = steering_config(default_pool({az1a_upstreams, az1b_upstreams}));
    auto first = std::make_unique<FastpathDaemon>(lab(), config, Machine::fp1);
    ASSERT_TRUE(upstreams_up(4)) << first->log();
    Load load(lab(), 2000, 5, questions_who(5000));
    ASSERT_TRUE(steered_reach(1000));
    first->kill();
    ASSERT_TRUE(steered_reach(stats(lab(), Machine::fp1).fastpath(steered) + 3000)) << "nothing is steered without it";
    FastpathDaemon second(lab(), config, Machine::fp1);
    ASSERT_TRUE(steered_reach(stats(lab(), Machine::fp1).fastpath(steered) + 1000));
    EXPECT_TRUE(load.is_running()) << "the load was over too soon to say anything";
    const LoadReport report = load.report();
    EXPECT_EQ(report.lost, 0u) << "of " << report.sent;
    EXPECT_TRUE(answers_come_from({"az1a", "az1b"}));
}

// The last known health holds for 30 seconds.
TEST_F(SteeringLifecycle, WithoutADaemonForLongTheResolverOfThisHostHasAll) {
    const std::string config = steering_config(default_pool({az1a_upstreams}));
    {
        FastpathDaemon daemon(lab(), config, Machine::fp1);
        ASSERT_TRUE(answers_come_from({"az1a"})) << daemon.log();
        daemon.kill();
    }
    const auto killed = std::chrono::steady_clock::now();
    EXPECT_EQ(survey(10), (Survey{{"az1a", 10}}));
    EXPECT_TRUE(eventually([] { return who_answers() == "fp1"; }, std::chrono::seconds(40)));
    EXPECT_GT(std::chrono::steady_clock::now() - killed, std::chrono::seconds(25));
    EXPECT_EQ(survey(10), (Survey{{"fp1", 10}}));
    EXPECT_GT(stats(lab(), Machine::fp1).fastpath("misses_total{way=\"no_daemon\"}"), 10);

    const FastpathDaemon next(lab(), config, Machine::fp1);
    EXPECT_TRUE(answers_come_from({"az1a"})) << next.log();
}

} // namespace
} // namespace fastpath::test
