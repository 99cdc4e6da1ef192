// SPDX-License-Identifier: Apache-2.0
// What `status` finds wrong, and how it says it.
#include "ctl/status.h"
#include "unit/ctl_some_upstreams.h"

#include <cstring>
#include <gtest/gtest.h>
#include <sstream>

namespace fastpath::ctl {
namespace {

constexpr uint64_t second = FP_NSEC_PER_SEC;

Attached interface(const char *name, uint32_t mode, bool live) {
    Attached attached = {3, {}, live};
    std::strcpy(attached.record.interface, name);
    attached.record.mode = mode;
    return attached;
}

StatusReport healthy() {
    StatusReport report = {.pins = "/pins",
                           .daemon_running = true,
                           .interfaces = {interface("eth0", FP_ATTACH_NATIVE, true)},
                           .renamed = {},
                           .listeners = {parse_address("192.0.2.53").value(), parse_address("2001:db8::53").value()},
                           .upstreams = test::some_upstreams(),
                           .now_ns = test::now_ns};
    report.meta.daemon_pid = 4711;
    report.meta.started_ns = 2'500 * second;
    report.meta.heartbeat_ns = 9'999 * second;
    report.meta.entries = 250;
    report.meta.max_entries = 1000;
    report.meta.memory_bytes = 3 << 20;
    std::strcpy(report.meta.daemon_version, "1.2.3");
    report.resolver.state = FP_RESOLVER_UP;
    report.resolver.state_since_ns = 9'700 * second;
    report.counters.hit = 90;
    report.counters.miss_local = 6;
    report.counters.pass_qtype = 3;
    report.counters.drop_acl = 1;
    report.counters.other = 1'000'000;
    return report;
}

std::string printed(const StatusReport &report, bool colour = false) {
    std::ostringstream stream;
    Output output = {stream, false, colour};
    print_status(output, report);
    return stream.str();
}

TEST(Status, FindsNothingWrongWithAHealthyOne) {
    EXPECT_TRUE(problems_of(healthy()).empty());
}

TEST(Status, IsDegradedWithoutADaemon) {
    StatusReport report = healthy();
    report.daemon_running = false;
    ASSERT_EQ(problems_of(report).size(), 1);
    EXPECT_NE(problems_of(report)[0].find("not running"), std::string::npos);
}

TEST(Status, IsDegradedByAnOldHeartbeat) {
    StatusReport report = healthy();
    report.meta.heartbeat_ns = report.now_ns - 11 * second + 1;
    EXPECT_TRUE(problems_of(report).empty()) << "ten seconds are not too old";
    report.meta.heartbeat_ns = report.now_ns - 11 * second;
    ASSERT_EQ(problems_of(report).size(), 1);
    EXPECT_NE(problems_of(report)[0].find("no heartbeat for 11 s"), std::string::npos);
}

TEST(Status, IsDegradedByADeadLinkAndNamesTheInterface) {
    StatusReport report = healthy();
    report.interfaces.push_back(interface("eth1", FP_ATTACH_GENERIC, false));
    ASSERT_EQ(problems_of(report).size(), 1);
    EXPECT_NE(problems_of(report)[0].find("eth1"), std::string::npos);
}

TEST(Status, IsDegradedWithoutAnyInterface) {
    StatusReport report = healthy();
    report.interfaces.clear();
    EXPECT_EQ(problems_of(report).size(), 1);
}

TEST(Status, IsDegradedByARenamedInterface) {
    StatusReport report = healthy();
    report.renamed[3] = "lan0";
    ASSERT_EQ(problems_of(report).size(), 1);
    EXPECT_NE(problems_of(report)[0].find("eth0 is now named lan0"), std::string::npos);
}

TEST(Status, IsDegradedWithoutAnAddressToAnswerOn) {
    StatusReport report = healthy();
    report.listeners.clear();
    ASSERT_EQ(problems_of(report).size(), 1);
    EXPECT_EQ(problems_of(report)[0].find("no address to answer on"), 0);
}

TEST(Status, IsDegradedByAResolverThatDoesNotAnswer) {
    StatusReport report = healthy();
    report.resolver.state = FP_RESOLVER_RECOVERING;
    EXPECT_TRUE(problems_of(report).empty());
    report.resolver.state = FP_RESOLVER_DOWN;
    ASSERT_EQ(problems_of(report).size(), 1);
    EXPECT_EQ(problems_of(report)[0].find("the resolver on this host has not answered for 5 min 0 s"), 0);
}

TEST(Status, SaysHowTheResolverIsAndSinceWhen) {
    StatusReport report = healthy();
    const auto line = [&report] {
        const std::string text = printed(report);
        const size_t begin = text.find("resolver  ") + 11;
        return text.substr(begin, text.find('\n', begin) - begin);
    };
    report.resolver.state = FP_RESOLVER_DOWN;
    EXPECT_EQ(line(), "down for 5 min 0 s");
    report.resolver.state = FP_RESOLVER_RECOVERING;
    EXPECT_EQ(line(), "recovering for 5 min 0 s");
    report.resolver.state = FP_RESOLVER_UNKNOWN;
    EXPECT_EQ(line(), "not probed yet");
}

TEST(Status, DoesNotGoByWhatADeadDaemonSaidOfTheResolver) {
    StatusReport report = healthy();
    report.daemon_running = false;
    report.resolver.state = FP_RESOLVER_DOWN;
    report.meta.heartbeat_ns = report.now_ns - 30 * second + 1;
    EXPECT_EQ(problems_of(report).size(), 2);
    report.meta.heartbeat_ns = report.now_ns - 30 * second;
    EXPECT_EQ(problems_of(report).size(), 1);
    EXPECT_NE(printed(report).find("resolver   not probed (daemon is dead)\n"), std::string::npos);
    EXPECT_EQ(to_json(report)["resolver"], Json::parse(R"({"state": "unknown", "state_seconds": null})"));
}

TEST(Status, CountsUpstreams) {
    StatusReport report = healthy();
    const auto line = [&report] {
        const std::string text = printed(report);
        const size_t begin = text.find("upstreams  ") + 11;
        return text.substr(begin, text.find('\n', begin) - begin);
    };
    report.upstreams[0].record.drained = 1;
    EXPECT_EQ(line(), "5 of 6 up, 1 drained");
    EXPECT_TRUE(problems_of(report).empty());
    report.upstreams[1].record.state = FP_UPSTREAM_DOWN;
    EXPECT_EQ(line(), "4 of 6 up, 1 drained");
    ASSERT_EQ(problems_of(report).size(), 1);
    EXPECT_EQ(problems_of(report)[0].find("the upstream 198.18.1.12 of pool default has been down for 5 min 0 s"), 0);
    report.meta.heartbeat_ns = report.now_ns - 30 * second;
    EXPECT_EQ(line(), "not probed (daemon is dead): all misses go to the resolver on this host");
}

TEST(Status, CountsStaleAnswersAsHitsAndOtherPacketsNotAtAll) {
    EXPECT_EQ(hit_ratio({}), std::nullopt);
    EXPECT_DOUBLE_EQ(hit_ratio(healthy().counters).value(), 0.9);
}

TEST(Status, PrintsATable) {
    EXPECT_EQ(printed(healthy()), "state      ok\n"
                                  "daemon     running, pid 4711, version 1.2.3, up 2 h 5 min, heartbeat 1 s ago\n"
                                  "resolver   up for 5 min 0 s\n"
                                  "upstreams  6 of 6 up\n"
                                  "cache      250 of 1000 entries, 3.0 MiB\n"
                                  "hits       90.0 % of 100 queries\n"
                                  "\n"
                                  "INTERFACE  MODE    STATE\n"
                                  "eth0       native  attached\n"
                                  "\n"
                                  "ANSWERS ON\n"
                                  "192.0.2.53\n"
                                  "2001:db8::53\n"
                                  "\n"
                                  "RESULT   QUERIES  SHARE\n"
                                  "hit      90       90.0 %\n"
                                  "stale    0        0.0 %\n"
                                  "miss     6        6.0 %\n"
                                  "pass     3        3.0 %\n"
                                  "refused  0        0.0 %\n"
                                  "dropped  1        1.0 %\n");
}

TEST(Status, PrintsProblemsLastAndUsesColoursOnlyWhereTold) {
    StatusReport report = healthy();
    report.daemon_running = false;
    const std::string plain = printed(report);
    EXPECT_EQ(plain.find("state      degraded\ndaemon     not running, last heartbeat 1 s ago\n"), 0);
    EXPECT_NE(plain.find("\n\ndegraded:  the daemon is not running"), std::string::npos);
    EXPECT_EQ(plain.find('\033'), std::string::npos);
    EXPECT_NE(printed(report, true).find("\033[31mdegraded\033[0m\n"), std::string::npos);
}

TEST(Status, AlignsColumnsTheSameWithColours) {
    std::string coloured = printed(healthy(), true);
    for (const char *escape : {"\033[32m", "\033[31m", "\033[0m"}) {
        for (size_t at = coloured.find(escape); at != std::string::npos; at = coloured.find(escape)) {
            coloured.erase(at, std::strlen(escape));
        }
    }
    EXPECT_EQ(coloured, printed(healthy()));
}

TEST(StatusJson, HasWhatTheTableHas) {
    const Json wanted = Json::parse(R"({
        "state": "ok", "problems": [], "pins": "/pins",
        "daemon": {"running": true, "pid": 4711, "version": "1.2.3", "uptime_seconds": 7500, "heartbeat_age_seconds": 1},
        "resolver": {"state": "up", "state_seconds": 300},
        "upstreams": {"up": 6, "drained": 0, "total": 6},
        "interfaces": [{"name": "eth0", "ifindex": 3, "mode": "native", "attached": true}],
        "listeners": ["192.0.2.53", "2001:db8::53"],
        "cache": {"entries": 250, "capacity": 1000, "memory_bytes": 3145728},
        "queries": {"hit": 90, "stale": 0, "miss": 6, "pass": 3, "refused": 0, "dropped": 1},
        "hit_ratio": 0.9
    })");
    EXPECT_EQ(to_json(healthy()), wanted) << to_json(healthy()).dump(2);
}

TEST(StatusJson, HasNoRatioBeforeTheFirstQuery) {
    StatusReport report = healthy();
    report.counters = {};
    EXPECT_TRUE(to_json(report)["hit_ratio"].is_null());
}

TEST(Format, UsesTheUnitThatFits) {
    EXPECT_EQ(format_bytes(1023), "1023 B");
    EXPECT_EQ(format_bytes(1536), "1.5 KiB");
    EXPECT_EQ(format_bytes(5ULL << 40), "5.0 TiB");
    EXPECT_EQ(format_uptime(59), "59 s");
    EXPECT_EQ(format_uptime(60), "1 min 0 s");
    EXPECT_EQ(format_uptime(3600 * 25), "1 d 1 h");
}

} // namespace
} // namespace fastpath::ctl
