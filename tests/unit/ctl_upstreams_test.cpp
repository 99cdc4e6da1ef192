// SPDX-License-Identifier: Apache-2.0
// What `upstreams` shows, and what it finds wrong.
#include "ctl/upstreams.h"
#include "unit/ctl_some_upstreams.h"

#include <gtest/gtest.h>
#include <sstream>

namespace fastpath::ctl {
namespace {

using Problems = std::vector<std::string>;
using test::find;

UpstreamsReport healthy() {
    return {.upstreams = test::some_upstreams(),
            .resolver = test::resolver_up(),
            .meta = test::meta_with_heartbeat(1),
            .now_ns = test::now_ns};
}

std::string printed(const UpstreamsReport &report) {
    std::ostringstream stream;
    Output output = {stream, false, false};
    print_upstreams(output, report);
    return stream.str();
}

std::string line_of(const UpstreamsReport &report, const std::string &start) {
    const std::string text = "\n" + printed(report);
    const size_t at = text.find("\n" + start);
    return at == std::string::npos ? "" : text.substr(at + 1, text.find('\n', at + 1) - at - 1);
}

TEST(Upstreams, AreATable) {
    UpstreamsReport report = healthy();
    Upstream &busy = find(report.upstreams, "default", "198.18.1.11");
    busy.record.queries_per_second = 812;
    busy.record.max_qps = 1000;
    busy.record.rtt_us = 430;
    busy.record.unanswered_ppm = 12'000;
    busy.record.timeouts = 40;
    busy.counters.queries = 90'000;
    busy.counters.responses = 89'950;
    report.upstreams.erase(report.upstreams.begin() + 3, report.upstreams.end());
    find(report.upstreams, "default", "198.18.2.11").record.az[0] = '\0';
    EXPECT_EQ(
        printed(report),
        "POOL     UPSTREAM     AZ   TIER  WEIGHT  STATE  SINCE      Q/S  MAX Q/S  RTT     UNANSWERED  QUERIES  RESPONSES  "
        "TIMEOUTS\n"
        "default  198.18.1.11  az1  0     100     up     5 min 0 s  812  1000     0.4 ms  1.2 %       90000    89950      "
        "40\n"
        "default  198.18.1.12  az1  0     100     up     5 min 0 s  0    -        -       0.0 %       0        0          "
        "0\n"
        "default  198.18.2.11  -    1     100     up     5 min 0 s  0    -        -       0.0 %       0        0          "
        "0\n");
}

TEST(Upstreams, HaveAState) {
    UpstreamsReport report = healthy();
    fp_upstream &record = find(report.upstreams, "default", "198.18.1.12").record;
    const auto begins = [&](const std::string &wanted) { // behind its weight
        const std::string line = line_of(report, "default  198.18.1.12");
        return line.substr(line.find("100") + 8).starts_with(wanted);
    };
    record.state = FP_UPSTREAM_DOWN;
    EXPECT_TRUE(begins("down   5 min 0 s  "));
    record.state = FP_UPSTREAM_UNKNOWN;
    EXPECT_TRUE(begins("unknown  -  ")) << "since when is of no use";
    record.state = FP_UPSTREAM_UP;
    record.drained = 1;
    EXPECT_TRUE(begins("drained (up)  5 min 0 s  "));
}

// It has probes of its own, and no row in the steering maps says how they ended.
TEST(Upstreams, ShowTheLocalResolverByItsOwnProbes) {
    UpstreamsReport report = healthy();
    const auto json = [&] { return to_json(report)["upstreams"][3]; };
    EXPECT_EQ(json()["upstream"], "local");
    for (const auto &[state, shown] : std::vector<std::pair<uint32_t, std::string>>{{FP_RESOLVER_UP, "up"},
                                                                                    {FP_RESOLVER_RECOVERING, "up"},
                                                                                    {FP_RESOLVER_DOWN, "down"},
                                                                                    {FP_RESOLVER_UNKNOWN, "unknown"}}) {
        report.resolver.state = state;
        EXPECT_EQ(json()["state"], shown);
    }
    report.resolver.state = FP_RESOLVER_DOWN;
    report.resolver.state_since_ns = test::now_ns - 7 * FP_NSEC_PER_SEC;
    EXPECT_EQ(json()["state_seconds"], 7);
}

TEST(Upstreams, AreNoProblemWhileAllServe) {
    EXPECT_EQ(problems_of(healthy()), Problems{});
    EXPECT_EQ(to_json(healthy())["state"], "ok");
}

TEST(Upstreams, AreAProblemWhereOneIsDown) {
    UpstreamsReport report = healthy();
    find(report.upstreams, "default", "198.18.1.12").record.state = FP_UPSTREAM_DOWN;
    const Problems problems = problems_of(report);
    ASSERT_EQ(problems.size(), 1);
    EXPECT_EQ(problems[0],
              "the upstream 198.18.1.12 of pool default has been down for 5 min 0 s; see its log, or drain it");
    EXPECT_NE(printed(report).find("\ndegraded:  " + problems[0] + "\n"), std::string::npos);
    EXPECT_EQ(to_json(report)["problems"], Json(problems));
    find(report.upstreams, "default", "198.18.1.12").record.drained = 1;
    EXPECT_EQ(problems_of(report), Problems{}) << "the operator knows";
}

TEST(Upstreams, AreAProblemWhereNoneOfAPoolServes) {
    UpstreamsReport report = healthy();
    const std::string wanted =
        "no upstream of pool vpc is serving: its misses get a stale answer, or go to the resolver "
        "on this host";
    find(report.upstreams, "vpc", "local").record.drained = 1;
    EXPECT_EQ(problems_of(report), Problems{});
    find(report.upstreams, "vpc", "198.18.2.11").record.drained = 1;
    EXPECT_EQ(problems_of(report), Problems{wanted});
}

// That it is down is the first that `status` says; a pool of it alone adds nothing.
TEST(Upstreams, SayNothingOfPoolsOfTheLocalResolverAlone) {
    UpstreamsReport report = healthy();
    report.resolver.state = FP_RESOLVER_DOWN;
    EXPECT_EQ(problems_of(report), Problems{});
    find(report.upstreams, "local", "local").record.drained = 1;
    EXPECT_EQ(problems_of(report).size(), 1) << "but this was done by hand";
}

TEST(Upstreams, TakeTheLocalResolverForUpBeforeItIsProbed) {
    UpstreamsReport report = healthy();
    report.resolver.state = FP_RESOLVER_UNKNOWN;
    find(report.upstreams, "vpc", "198.18.2.11").record.state = FP_UPSTREAM_UNKNOWN;
    EXPECT_EQ(problems_of(report), Problems{});
    for (const char *address : {"198.18.1.11", "198.18.1.12", "198.18.2.11"}) {
        find(report.upstreams, "default", address).record.state = FP_UPSTREAM_UNKNOWN;
    }
    EXPECT_EQ(problems_of(report).size(), 1) << "others get nothing before they are probed";
}

TEST(Upstreams, SayThatTheDaemonsWordIsOld) {
    UpstreamsReport report = healthy();
    report.meta = test::meta_with_heartbeat(10);
    EXPECT_EQ(printed(report).find("old:"), std::string::npos);
    EXPECT_EQ(to_json(report)["old"], false);
    report.meta = test::meta_with_heartbeat(11);
    EXPECT_NE(printed(report).find(
                  "\nold: the daemon gave no heartbeat for 11 s; states, rates and times are those of then\n"),
              std::string::npos);
    EXPECT_EQ(to_json(report)["old"], true);
    EXPECT_EQ(to_json(report)["state"], "degraded");
    EXPECT_EQ(to_json(report)["heartbeat_age_seconds"], 11);
}

TEST(Upstreams, AreNotBlamedByADeadDaemon) {
    UpstreamsReport report = healthy();
    find(report.upstreams, "default", "198.18.1.12").record.state = FP_UPSTREAM_DOWN;
    report.meta = test::meta_with_heartbeat(29);
    EXPECT_EQ(problems_of(report).size(), 1);
    report.meta = test::meta_with_heartbeat(30);
    EXPECT_EQ(problems_of(report), Problems{});
}

TEST(UpstreamsJson, HasWhatTheTableHas) {
    UpstreamsReport report = healthy();
    Upstream &busy = report.upstreams[0];
    busy.record.queries_per_second = 812;
    busy.record.max_qps = 1000;
    busy.record.rtt_us = 500;
    busy.record.unanswered_ppm = 250'000;
    busy.record.timeouts = 40;
    busy.counters.queries = 90'000;
    busy.counters.responses = 89'950;
    busy.record.drained = 1;
    EXPECT_EQ(to_json(report)["upstreams"][0], Json::parse(R"({
        "pool": "default", "upstream": "198.18.1.11", "az": "az1", "tier": 0, "weight": 100,
        "state": "up", "state_seconds": 300, "drained": true,
        "queries_per_second": 812, "max_qps": 1000, "rtt_seconds": 0.0005, "unanswered_ratio": 0.25,
        "queries": 90000, "responses": 89950, "timeouts": 40})"))
        << to_json(report)["upstreams"][0].dump(2);
    const Json idle = to_json(report)["upstreams"][1];
    EXPECT_TRUE(idle["max_qps"].is_null());
    EXPECT_TRUE(idle["rtt_seconds"].is_null());
}

} // namespace
} // namespace fastpath::ctl
