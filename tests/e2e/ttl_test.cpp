// SPDX-License-Identifier: Apache-2.0
// TTLs go down with time, are never above what Unbound itself would say, and when they end the name is resolved again.
#include "e2e/lab_test.h"

namespace fastpath::test {
namespace {

using Ttl = FastpathTest;

TEST_F(Ttl, GoesDownAndStaysAtOrBelowUnbounds) {
    const Command question = {"d0300.mail.example", "A"};
    ask(question);
    const uint32_t first = ask_until_hit(question).shown.ttl();
    const bool went_down = eventually([&] {
        const uint32_t unbounds = ask_unbound(question).ttl();
        const Asked hit = ask(question);
        EXPECT_EQ(hit.by, by_fast_path);
        EXPECT_LE(hit.shown.ttl(), unbounds);
        EXPECT_GE(hit.shown.ttl() + 2, unbounds);
        return hit.shown.ttl() + 3 <= first;
    });
    EXPECT_TRUE(went_down) << "still more than " << first << " - 3";
}

TEST_F(Ttl, OfANegativeAnswerGoesDown) {
    const Command question = {"nobody-for-long.mail.example", "A"};
    ask(question);
    const uint32_t first = ask_until_hit(question).shown.ttl();
    EXPECT_TRUE(eventually([&] {
        const Asked hit = ask(question);
        EXPECT_EQ(hit.shown.status, "NXDOMAIN");
        EXPECT_LE(hit.shown.ttl(), first);
        return hit.shown.ttl() < first;
    }));
}

// The lifetime of a message is its lowest TTL (RFC 8767 4): the CNAME has 300, the address 20.
TEST_F(Ttl, OfEachRecordIsItsOwn) {
    const Command question = {"mixed-ttl.mail.example", "A"};
    ask(question);
    const Asked hit = ask_until_hit(question);
    ASSERT_EQ(hit.shown.answer.size(), 2u);
    EXPECT_GT(hit.shown.answer.front().ttl, 280u);
    EXPECT_LE(hit.shown.answer.back().ttl, 20u);
}

// "For the transaction in progress" (RFC 1035 3.2.1).
TEST_F(Ttl, ZeroIsNeverCached) {
    const Watch watch(lab());
    for (int turn = 0; turn < 3; turn++) {
        EXPECT_EQ(ask({"zero.mail.example", "A"}).by, by_unbound);
    }
    EXPECT_EQ(watch.grown("cache_fill_rejects_total{reason=\"ttl_zero\"}"), 3);
}

using TtlWithoutPrefetch = LabTest;

// Without a refresh on the way a hit always has a TTL above 0; the answer after the last hit is Unbound's.
TEST_F(TtlWithoutPrefetch, EndsAndTheNameIsResolvedAgain) {
    const FastpathDaemon daemon(lab(), lab_config("cache: {prefetch: false}\n"));
    const Command question = {"short0.mail.example", "A"};
    EXPECT_EQ(ask(question).by, by_unbound);
    uint32_t lowest = 5;
    Asked again;
    const bool ended = eventually([&] {
        again = ask(question);
        if (again.by == by_fast_path) {
            EXPECT_GE(again.shown.ttl(), 1u);
            EXPECT_LE(again.shown.ttl(), lowest);
            lowest = again.shown.ttl();
        }
        return again.by != by_fast_path;
    });
    ASSERT_TRUE(ended) << "a hit for more than ten seconds, with a TTL of five";
    EXPECT_EQ(again.by, by_unbound);
    EXPECT_LT(lowest, 5u) << "there were no hits in between";
    EXPECT_EQ(again.shown.data(), (std::multiset<std::string>{"198.18.125.0"}));
    // What Unbound has left in its last second, 0 or 1, is not cached or not for long; but then it resolves the name as well.
    EXPECT_TRUE(eventually([&] {
        const Asked hit = ask(question);
        return hit.by == by_fast_path && hit.shown.ttl() >= 4;
    }));
}

} // namespace
} // namespace fastpath::test
