// SPDX-License-Identifier: Apache-2.0
// rate_limit.per_client_qps: who is limited, to what, and who is not.
#include "fixture.h"
#include "harness/program_run.h"

#include <random>

namespace fastpath::test {
namespace {

constexpr uint64_t second = FP_NSEC_PER_SEC;

class RateLimit : public VirtualTime {
  protected:
    void limit_to(uint32_t qps) {
        fp_settings limited = settings();
        limited.client_query_ns = static_cast<uint32_t>(second / qps);
        set(limited);
    }

    // How many of `count` at once are not dropped.
    uint32_t let_through(const Packet &query, uint32_t count) {
        uint32_t through = 0;
        const Octets octets = query.octets();
        for (uint32_t i = 0; i < count; i++) {
            through += run_xdp(Controlled::instance().fastpath(), octets).verdict != XDP_DROP;
        }
        return through;
    }

    // What may be asked at once.
    [[nodiscard]] uint32_t burst() const {
        return static_cast<uint32_t>(fp_client_burst_ns(settings().client_query_ns) / settings().client_query_ns);
    }

    void use_up(const Packet &query) {
        ASSERT_EQ(let_through(query, burst()), burst());
        ASSERT_TRUE(drops(query, FP_OUT_drop_rate_limit));
    }
};

class RateLimitOf : public RateLimit, public ::testing::WithParamInterface<uint32_t> {};

// Twice as many are asked, at random moments.
TEST_P(RateLimitOf, IsKeptToWithinFivePercent) {
    const uint32_t qps = GetParam();
    limit_to(qps);
    use_up(frame());
    const uint64_t begin = now_ns();
    const uint64_t mean_ns = second / qps / 2;
    std::mt19937_64 random(7);
    uint64_t at = begin;
    uint32_t through = 0;
    for (uint32_t i = 0; i < 20'000; i++) {
        at += random() % (2 * mean_ns);
        set_clock(at);
        through += let_through(frame(), 1);
    }
    const double budget = static_cast<double>(at - begin) * qps / static_cast<double>(second);
    EXPECT_GE(through, budget * 0.95);
    EXPECT_LE(through, budget * 1.05);
}

INSTANTIATE_TEST_SUITE_P(Qps, RateLimitOf, ::testing::Values(1, 20, 1000, 300'000),
                         [](const auto &test) { return std::to_string(test.param); });

TEST_F(RateLimit, ASecondsWorthMayComeAtOnce) {
    limit_to(50);
    use_up(frame());
    advance_ns(second / 50);
    EXPECT_EQ(let_through(frame(), 3), 1U);
    advance(1000);
    EXPECT_EQ(let_through(frame(), 100), 50U);
}

TEST_F(RateLimit, IsOfEachClient) {
    limit_to(10);
    use_up(frame());
    EXPECT_EQ(let_through(frame(Ipv4{.src = "198.18.0.11"}), 20), 10U);
    EXPECT_EQ(let_through(frame(Udp{.src = 4711}), 1), 0U) << "another port is the same client";
    EXPECT_EQ(let_through(frame(DnsQuery{.name = "other.example."}), 1), 0U);
}

// One host may use all addresses of its /64.
TEST_F(RateLimit, IsOfAnIpv6Network) {
    limit_to(10);
    use_up(frame(Ipv6{.src = "2001:db8:1:2::1"}));
    EXPECT_EQ(let_through(frame(Ipv6{.src = "2001:db8:1:2:ffff:ffff:ffff:ffff"}), 1), 0U);
    EXPECT_EQ(let_through(frame(Ipv6{.src = "2001:db8:1:3::1"}), 20), 10U);
}

TEST_F(RateLimit, HoldsForHitsAndForWhatIsNotEligible) {
    limit_to(10);
    add({.answer = {"www.example.com. 300 IN A 192.0.2.1"}});
    EXPECT_TRUE(hits(frame()));
    EXPECT_EQ(let_through(frame(DnsQuery{.flags = 0}), 5), 5U);
    EXPECT_EQ(let_through(frame(), 10), 4U);
    EXPECT_TRUE(drops(frame(), FP_OUT_drop_rate_limit));
}

// REFUSED for a forged source is a reflection, too.
TEST_F(RateLimit, HoldsForWhoMayNotAsk) {
    limit_to(10);
    use_up(frame(Ipv4{.src = denied_ipv4}));
}

TEST_F(RateLimit, NotForThisHost) {
    limit_to(1);
    set_client("127.0.0.0/8", {.allowed = 1, .is_upstream = 0, .view = FP_VIEW_NONE, .pool = FP_POOL_NONE, .pad = 0});
    set_client("::1/128", {.allowed = 1, .is_upstream = 0, .view = FP_VIEW_NONE, .pool = FP_POOL_NONE, .pad = 0});
    EXPECT_EQ(let_through(frame(Ipv4{.src = "127.0.0.1"}), 20), 20U);
    EXPECT_EQ(let_through(frame(Ipv4{.src = "127.255.255.255"}), 20), 20U);
    EXPECT_EQ(let_through(frame(Ipv6{.src = "::1"}), 20), 20U);
    EXPECT_EQ(let_through(frame(Ipv4{.src = "128.0.0.1"}), 20), burst());
    EXPECT_EQ(let_through(frame(Ipv6{.src = "::2"}), 20), burst());
}

TEST_F(RateLimit, NotForUpstreams) {
    limit_to(1);
    set_client("198.18.1.11/32",
               {.allowed = 1, .is_upstream = 1, .view = FP_VIEW_NONE, .pool = FP_POOL_NONE, .pad = 0});
    EXPECT_EQ(let_through(frame(Ipv4{.src = "198.18.1.11"}), 20), 20U);
    set_client("192.0.2.7/32", {.allowed = 0, .is_upstream = 1, .view = FP_VIEW_NONE, .pool = FP_POOL_NONE, .pad = 0});
    EXPECT_EQ(let_through(frame(Ipv4{.src = "192.0.2.7"}), 20), 20U) << "nor for one that may not ask";
}

TEST_F(RateLimit, NotWhereNoneIsSet) {
    EXPECT_EQ(let_through(frame(), 3000), 3000U);
}

} // namespace
} // namespace fastpath::test
