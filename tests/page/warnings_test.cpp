// SPDX-License-Identifier: Apache-2.0
// What the page says of what hurts.
#include "page/some_facts.h"
#include "status/warnings.h"

#include <gtest/gtest.h>

namespace fastpath::status {
namespace {

std::string said_of(const Facts &facts) {
    std::string all;
    for (const Warning &warning : warnings_of(facts)) {
        EXPECT_FALSE(warning.remedy.empty()) << warning.text;
        all += (warning.is_problem ? "problem: " : "warning: ") + warning.text + "\n";
    }
    return all;
}

TEST(StatusWarnings, AreNoneWhereAllIsWell) {
    EXPECT_EQ(said_of(test::healthy_facts()), "");
}

TEST(StatusWarnings, SayTheIncident) {
    EXPECT_EQ(
        said_of(test::incident_facts()),
        "problem: 89 % of the 1,000 queries a second to the resolver on this host (pool default) stay unanswered.\n"
        "problem: Connection tracking is 100 % full (2,000 of 2,000 entries): the kernel drops new connections, DNS "
        "among them.\n");
}

TEST(StatusWarnings, SayThatTheTableFills) {
    Facts facts = test::healthy_facts();
    facts.readings.conntrack->entries = 1700;
    EXPECT_EQ(said_of(facts),
              "warning: Connection tracking is 85 % full (1,700 of 2,000 entries): beyond 100 % the kernel "
              "drops new connections.\n");
}

TEST(StatusWarnings, SayWhoIsDown) {
    Facts facts = test::healthy_facts();
    facts.readings.resolver.state = FP_RESOLVER_DOWN;
    EXPECT_EQ(said_of(facts), "problem: Down: the resolver on this host (pool default).\n");
    facts.readings.upstreams[0].record.drained = 1;
    EXPECT_EQ(said_of(facts),
              "problem: No upstream of pool default serves: names that are not cached get a stale answer, or "
              "go to the resolver on this host.\n");
}

TEST(StatusWarnings, SayThatTheDaemonStandsStillAndNothingByItsWord) {
    Facts facts = test::incident_facts();
    facts.readings.conntrack.reset();
    facts.readings.meta.heartbeat_ns = facts.readings.now_ns - 40 * FP_NSEC_PER_SEC;
    EXPECT_EQ(said_of(facts),
              "problem: The daemon has given no heartbeat for 40 s: nothing is learned, no upstream is probed.\n");
}

TEST(StatusWarnings, SayWhatIsLost) {
    Facts facts = test::healthy_facts();
    facts.readings.interfaces[0].live = false;
    facts.moments.back().ring_lost = 1;
    facts.losses = {{"eth0", "conntrack_allowance_exceeded", 1234}};
    EXPECT_EQ(said_of(facts),
              "problem: default has lost its programs: its queries all go to the resolver on this host.\n"
              "problem: eth0: 1,234 packets over a limit of the cloud within 10 s (conntrack_allowance_exceeded).\n"
              "warning: The daemon does not keep up: answers were not learned within the last two minutes.\n");
}

// One query without an answer is no outage.
TEST(StatusWarnings, WaitForMoreThanOneQuery) {
    Facts facts = test::healthy_facts();
    facts.readings.upstreams[0].record.queries_per_second = 1;
    facts.readings.upstreams[0].record.unanswered_ppm = 1'000'000;
    EXPECT_EQ(said_of(facts), "");
}

} // namespace
} // namespace fastpath::status
