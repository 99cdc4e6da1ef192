// SPDX-License-Identifier: Apache-2.0
// max_qps: the token bucket of an upstream, and where the excess goes.
#include "harness/program_run.h"
#include "steer_fixture.h"
#include "steer_order.h"

#include <random>

namespace fastpath::test {
namespace {

constexpr uint64_t second = FP_NSEC_PER_SEC;

struct Limit {
    uint32_t qps;
    uint32_t burst; // queries at once
};

class Rate : public Steering {
  protected:
    Upstream add_limited(const std::string &address, const Limit &limit, const Place &place = {}) {
        const Upstream upstream = world().add(address, place);
        fp_upstream value = world().get(upstream);
        value.max_qps = limit.qps;
        value.query_ns = second / limit.qps;
        value.burst_ns = limit.burst * value.query_ns;
        world().set(upstream, value);
        return upstream;
    }

    // Each has an id of its own, so that none is a retry.
    Packet next_query() {
        next_id_++;
        return frame(Udp{.src = static_cast<uint16_t>(1024 + next_id_ / 65536)},
                     DnsQuery{.id = static_cast<uint16_t>(next_id_)});
    }

    // Without looking at the packets, of which there are many.
    void ask_at(uint64_t ns) {
        set_clock(ns);
        const uint64_t id = next_id_++;
        packet_[id_at] = static_cast<uint8_t>(id >> 8);
        packet_[id_at + 1] = static_cast<uint8_t>(id);
        (void)run_xdp(Controlled::instance().fastpath(), packet_);
    }

    [[nodiscard]] uint64_t queries_to(const Upstream &upstream) {
        return world().counters().at(upstream.number).queries;
    }

    static constexpr size_t id_at = 14 + 20 + 8;
    Octets packet_ = frame().octets();
    uint64_t next_id_ = 0;
};

class RateOfLimit : public Rate, public ::testing::WithParamInterface<Limit> {};

// Twice as many are asked, at random moments: what is given is the limit, and the burst once.
TEST_P(RateOfLimit, IsGivenToWithinFivePercent) {
    const Limit &limit = GetParam();
    const Upstream upstream = add_limited(upstream_ipv4, limit);
    constexpr uint64_t offered = 20'000;
    const uint64_t mean_ns = second / limit.qps / 2;
    std::mt19937_64 random(7);
    uint64_t at = now_ns();
    const uint64_t begin = at;
    for (uint64_t i = 0; i < offered; i++) {
        at += random() % (2 * mean_ns);
        if (i % 64 == 0) {
            show_life(at);
        }
        ask_at(at);
    }
    const double budget = static_cast<double>(at - begin) * limit.qps / static_cast<double>(second);
    const auto given = static_cast<double>(queries_to(upstream));
    EXPECT_GE(given, budget * 0.95);
    EXPECT_LE(given, budget + limit.burst + 1);
}

INSTANTIATE_TEST_SUITE_P(Of, RateOfLimit,
                         ::testing::Values(Limit{10, 8}, Limit{1000, 20}, Limit{100000, 2000}, Limit{7, 100}),
                         [](const auto &test) { return std::to_string(test.param.qps); });

TEST_F(Rate, ABurstAtOnce) {
    const Upstream upstream = add_limited(upstream_ipv4, {.qps = 100, .burst = 5});
    for (int i = 0; i < 5; i++) {
        EXPECT_TRUE(steers(next_query(), upstream)) << i;
    }
    EXPECT_TRUE(asks_local(next_query(), FP_OUT_miss_no_upstream, std::nullopt));
    advance_ns(second / 100 - 1);
    EXPECT_TRUE(asks_local(next_query(), FP_OUT_miss_no_upstream, std::nullopt));
    advance_ns(1);
    EXPECT_TRUE(steers(next_query(), upstream));
    EXPECT_TRUE(asks_local(next_query(), FP_OUT_miss_no_upstream, std::nullopt));
}

// What was not used is not there later, beyond one burst.
TEST_F(Rate, NothingIsSavedUp) {
    const Upstream upstream = add_limited(upstream_ipv4, {.qps = 100, .burst = 5});
    EXPECT_TRUE(steers(next_query(), upstream));
    pass(1000);
    for (int i = 0; i < 5; i++) {
        EXPECT_TRUE(steers(next_query(), upstream)) << i;
    }
    EXPECT_TRUE(asks_local(next_query(), FP_OUT_miss_no_upstream, std::nullopt));
}

// A budget that is used up in part fills by as much as time passes.
TEST_F(Rate, FillsAsTimePasses) {
    const Upstream upstream = add_limited(upstream_ipv4, {.qps = 100, .burst = 5});
    for (int i = 0; i < 5; i++) {
        EXPECT_TRUE(steers(next_query(), upstream));
    }
    advance_ns(3 * second / 100);
    for (int i = 0; i < 3; i++) {
        EXPECT_TRUE(steers(next_query(), upstream)) << i;
    }
    EXPECT_TRUE(asks_local(next_query(), FP_OUT_miss_no_upstream, std::nullopt));
}

TEST_F(Rate, TheExcessGoesToTheNextThenToTheFarThenStaysHere) {
    const Limit limit = {.qps = 10, .burst = 2};
    const std::vector<Upstream> near = {add_limited("198.18.1.1", limit), add_limited("198.18.1.2", limit)};
    const Upstream far = add_limited("198.18.2.1", limit, {.tier = 1});
    const std::vector<Upstream> order = order_for({}, near);
    for (const Upstream &upstream : {order[0], order[0], order[1], order[1], far, far}) {
        EXPECT_TRUE(steers(next_query(), upstream));
    }
    EXPECT_TRUE(asks_local(next_query(), FP_OUT_miss_no_upstream, std::nullopt));
    advance_ns(second / 10);
    for (const Upstream &upstream : {order[0], order[1], far}) {
        EXPECT_TRUE(steers(next_query(), upstream));
    }
}

TEST_F(Rate, TheExcessGoesToTheResolverOfThisHostWhereThatIsAMember) {
    const Upstream upstream = add_limited(upstream_ipv4, {.qps = 10, .burst = 1});
    const Upstream local = world().add_local();
    DnsQuery query = query_for_first(upstream, {upstream, local});
    EXPECT_TRUE(steers(frame(query), upstream));
    query.id++;
    EXPECT_TRUE(asks_local(frame(query), FP_OUT_miss_local, local));
}

TEST_F(Rate, WithoutALimitThereIsNone) {
    const Upstream upstream = world().add(upstream_ipv4);
    for (int i = 0; i < 3000; i++) {
        ask_at(now_ns());
    }
    EXPECT_EQ(queries_to(upstream), 3000U);
    EXPECT_EQ(world().get(upstream).paid_until_ns, 0U);
}

// Nor are stale ones, although it depends on the upstream whether they are given.
TEST_F(Rate, AStaleAnswerCostsNothing) {
    const Upstream upstream = add_limited(upstream_ipv4, {.qps = 10, .burst = 5});
    fp_settings with_stale = settings();
    with_stale.stale = FP_STALE_ALWAYS;
    with_stale.stale_max_age = 3600;
    set(with_stale);
    const Cached &cached = add({.answer = {"www.example.com. 60 IN A 192.0.2.1"}});
    pass(60);
    for (int i = 0; i < 10; i++) {
        EXPECT_TRUE(gives_stale(next_query(), cached));
    }
    EXPECT_EQ(world().get(upstream).paid_until_ns, 0U);
    EXPECT_TRUE(steers(frame(DnsQuery{.name = "other.example."}), upstream));
    EXPECT_EQ(world().get(upstream).paid_until_ns, now_ns() + second / 10);
}

// Answers from the cache are nobody's budget.
TEST_F(Rate, AHitCostsNothing) {
    const Upstream upstream = add_limited(upstream_ipv4, {.qps = 10, .burst = 1});
    const Cached &cached = add({.answer = {"www.example.com. 300 IN A 192.0.2.1"}});
    for (int i = 0; i < 10; i++) {
        EXPECT_TRUE(answers(next_query(), cached));
    }
    EXPECT_EQ(world().get(upstream).paid_until_ns, 0U);
}

} // namespace
} // namespace fastpath::test
