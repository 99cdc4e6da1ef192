// SPDX-License-Identifier: Apache-2.0
// The last seconds: rates, the chart, losses of network cards, lines of the log.
#include "page/some_facts.h"
#include "status/chart.h"
#include "status/event_log.h"
#include "status/history.h"

#include <gtest/gtest.h>
#include <spdlog/logger.h>

namespace fastpath {
namespace {

using status::Chart;
using status::chart_of;

uint64_t hits(const Moment &moment) {
    return moment.results[FP_RESULT_hit];
}

Moment moment_at(uint64_t second, uint64_t count) {
    Moment moment;
    moment.at_ns = second * FP_NSEC_PER_SEC;
    moment.results[FP_RESULT_hit] = count;
    return moment;
}

TEST(StatusHistory, GivesRatesOfAsManySecondsAsThereAre) {
    EXPECT_EQ(per_second({}, 5, hits), 0);
    EXPECT_EQ(per_second({moment_at(1, 100)}, 5, hits), 0);
    EXPECT_EQ(per_second({moment_at(1, 100), moment_at(2, 150), moment_at(4, 400)}, 5, hits), 100);
    EXPECT_EQ(per_second({moment_at(1, 100), moment_at(2, 150), moment_at(4, 400)}, 1, hits), 125);
    EXPECT_EQ(per_second({moment_at(1, 100), moment_at(2, 0)}, 5, hits), 0) << "counters that began anew";
}

TEST(StatusHistory, ForgetsTheOldest) {
    History history;
    for (uint64_t second = 0; second < 500; second++) {
        history.record(moment_at(second, second));
    }
    EXPECT_EQ(history.moments().size(), History::seconds + 1);
    EXPECT_EQ(history.moments().back().at_ns, 499 * FP_NSEC_PER_SEC);
}

TEST(StatusHistory, SeesAllowancesThatAreExceededNow) {
    History history;
    history.record(std::vector<NicCounters>{{"eth0", {{"pps_allowance_exceeded", 5}, {"rx_drops", 1}}}});
    EXPECT_TRUE(history.losses().empty()) << "of before";
    history.record(std::vector<NicCounters>{{"eth0", {{"pps_allowance_exceeded", 7}, {"rx_drops", 9}}}});
    EXPECT_EQ(history.losses(), (std::vector<AllowanceLoss>{{"eth0", "pps_allowance_exceeded", 2}}));
    history.record(std::vector<NicCounters>{{"eth0", {{"pps_allowance_exceeded", 7}}}});
    EXPECT_TRUE(history.losses().empty()) << "it is over";
}

TEST(StatusChart, HasTheNewestAtTheRightAndAScaleOfRoundFigures) {
    const Chart chart = chart_of({moment_at(1, 0), moment_at(2, 150), moment_at(3, 150)});
    EXPECT_EQ(chart.highest, 200);
    EXPECT_EQ(chart.hits, "595.0,30.0 600.0,120.0");
    EXPECT_EQ(chart_of({}).hits, "");
    EXPECT_EQ(chart_of({moment_at(1, 0), moment_at(2, 0)}).highest, 10);
}

TEST(StatusEventLog, KeepsTheLastLinesOfItsLevel) {
    const auto log = std::make_shared<EventLog>();
    spdlog::logger logger("test", log);
    logger.set_level(spdlog::level::trace);
    logger.debug("not for people");
    for (int i = 0; i < 150; i++) {
        logger.info("line {}", i);
    }
    logger.warn("last");
    const std::vector<Event> events = log->events();
    ASSERT_EQ(events.size(), EventLog::most);
    EXPECT_EQ(events[0].text, "last");
    EXPECT_EQ(events[0].level, spdlog::level::warn);
    EXPECT_EQ(events[1].text, "line 149");
}

} // namespace
} // namespace fastpath
