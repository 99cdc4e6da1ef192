// SPDX-License-Identifier: Apache-2.0
// SilenceDetector, fed as the daemon does it: every 100 ms, with the traffic that the test describes.
#include "upstream/silence.h"

#include <dns_fastpath/abi.h>
#include <gtest/gtest.h>
#include <vector>

namespace fastpath {
namespace {

constexpr uint64_t ms = 1'000'000;

class Upstream {
  public:
    Upstream() { observe(0, 0); }

    // For `times` observations, so many more of both before each. What was said, and after how many of them.
    void observe_for(unsigned times, uint64_t queries, uint64_t responses) {
        for (unsigned i = 1; i <= times; ++i) {
            if (const auto silence = observe(queries, responses)) {
                said.push_back(*silence);
                said_after.push_back(i);
            }
        }
    }
    std::optional<Silence> observe(uint64_t queries, uint64_t responses) {
        now_ns_ += observe_every_ns;
        return detector_.observe(queries_ += queries, responses_ += responses, now_ns_);
    }

    std::vector<Silence> said;
    std::vector<unsigned> said_after;

  private:
    SilenceDetector detector_;
    uint64_t now_ns_ = 1000 * FP_NSEC_PER_SEC;
    uint64_t queries_ = 5'000'000;
    uint64_t responses_ = 4'000'000; // a million lost long ago means nothing
};

TEST(Silence, IsSeenHalfASecondAfterTheFirstLostQuery) {
    Upstream upstream;
    upstream.observe_for(20, 1'000, 998);
    upstream.observe_for(6, 1'000, 0);
    EXPECT_EQ(upstream.said, (std::vector<Silence>{{.queries = 6'000, .for_ns = 500 * ms}}));
    EXPECT_EQ(upstream.said_after, std::vector<unsigned>{6});
}

TEST(Silence, IsSeenOfAnUpstreamThatNeverAnswered) {
    Upstream upstream;
    upstream.observe_for(6, 2, 0);
    EXPECT_EQ(upstream.said, (std::vector<Silence>{{.queries = 12, .for_ns = 500 * ms}}));
}

TEST(Silence, AtALowRateTakesEightQueries) {
    Upstream upstream;
    upstream.observe_for(7, 1, 0);
    EXPECT_TRUE(upstream.said.empty());
    upstream.observe_for(1, 1, 0);
    EXPECT_EQ(upstream.said, (std::vector<Silence>{{.queries = 8, .for_ns = 700 * ms}}));
}

TEST(Silence, OfNobodyAskedIsNone) {
    Upstream upstream;
    upstream.observe_for(1'000, 0, 0);
    upstream.observe_for(7, 1, 0);
    upstream.observe_for(1'000, 0, 0);
    EXPECT_TRUE(upstream.said.empty());
}

TEST(Silence, IsBrokenByOneAnswer) {
    Upstream upstream;
    for (int i = 0; i < 100; ++i) {
        upstream.observe_for(5, 1'000, 0);
        upstream.observe_for(1, 1'000, 1);
    }
    EXPECT_TRUE(upstream.said.empty());
}

TEST(Silence, ALateAnswerBreaksItWithoutAQuery) {
    Upstream upstream;
    upstream.observe_for(5, 100, 0);
    upstream.observe_for(1, 0, 1);
    upstream.observe_for(100, 0, 0);
    EXPECT_TRUE(upstream.said.empty());
}

// One page full of names that take seconds, to an upstream that is asked little.
TEST(Silence, IsNotABurstOfColdNames) {
    Upstream upstream;
    upstream.observe_for(1, 20, 0);
    upstream.observe_for(1, 10, 0);
    upstream.observe_for(30, 0, 0);
    EXPECT_TRUE(upstream.said.empty());
    upstream.observe_for(1, 1, 0); // but who still asks, three seconds later, has waited long enough
    EXPECT_EQ(upstream.said, (std::vector<Silence>{{.queries = 31, .for_ns = 3'200 * ms}}));
}

// Clients that wait for their answers stop asking; the silence is seen all the same.
TEST(Silence, IsSeenWhenClientsHoldBack) {
    Upstream upstream;
    upstream.observe_for(1, 90, 0);
    upstream.observe_for(10, 0, 0);
    EXPECT_EQ(upstream.said, (std::vector<Silence>{{.queries = 90, .for_ns = 500 * ms}}));
}

// Half of its names take three seconds, the others are in its cache.
TEST(Silence, IsNotASlowUpstream) {
    Upstream upstream;
    upstream.observe_for(30, 4, 2);
    upstream.observe_for(100, 4, 4);
    EXPECT_TRUE(upstream.said.empty());
}

TEST(Silence, IsSaidAgainOnlyWhenAsMuchIsLostAnew) {
    Upstream upstream;
    upstream.observe_for(6, 100, 0);
    upstream.observe_for(100, 0, 0);
    EXPECT_EQ(upstream.said.size(), 1U);
    upstream.observe_for(6, 100, 0);
    EXPECT_EQ(upstream.said.size(), 2U);
    EXPECT_EQ(upstream.said[1], (Silence{.queries = 600, .for_ns = 500 * ms}));
}

// The number was given to another upstream; neither of them has ever answered.
TEST(Silence, CountsFromTheStartOfOtherTotals) {
    SilenceDetector detector;
    uint64_t now = 1000 * FP_NSEC_PER_SEC;
    for (const uint64_t queries : {0U, 100U, 200U, 300U, 100U, 200U, 300U, 400U, 500U, 600U}) {
        EXPECT_EQ(detector.observe(queries, 0, now += observe_every_ns), std::nullopt);
    }
    EXPECT_EQ(detector.observe(700, 0, now + observe_every_ns), (Silence{.queries = 600, .for_ns = 500 * ms}));
}

} // namespace
} // namespace fastpath
