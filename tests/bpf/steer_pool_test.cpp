// SPDX-License-Identifier: Apache-2.0
// Whose pool: that of the name, else of the client, else of the address that was asked; and the view, which goes by client and
// address alone.
#include "refresh_wishes.h"
#include "steer_fixture.h"
#include "steer_order.h"

namespace fastpath::test {
namespace {

constexpr uint16_t of_listener = 0;
constexpr uint16_t of_client = 1;
constexpr uint16_t of_route = 2;
constexpr const char *client_with_pool = "198.18.9.9";
constexpr uint16_t client_view = 3;

class Pool : public Steering {
  protected:
    void SetUp() override {
        Steering::SetUp();
        use_zone_routes();
        for (const uint16_t pool : {of_listener, of_client, of_route}) {
            upstreams_.push_back(world().add("198.18.1." + std::to_string(11 + pool), {.pool = pool}));
        }
        give_client({.pool = of_client, .view = FP_VIEW_NONE});
    }

    struct Given {
        uint16_t pool;
        uint16_t view;
    };
    static void give_client(const Given &given) {
        set_client("198.18.9.0/24", {.allowed = 1, .is_upstream = 0, .view = given.view, .pool = given.pool, .pad = 0});
    }

    static Packet from_client(DnsQuery query = {}) { return frame(Ipv4{.src = client_with_pool}, std::move(query)); }

    std::vector<Upstream> upstreams_;
};

TEST_F(Pool, OfTheAddressThatWasAsked) {
    EXPECT_TRUE(steers(frame(), upstreams_[of_listener]));
    set_listener(other_server_ipv4, {.view = other_view, .pool = of_route, .pad = 0});
    EXPECT_TRUE(steers(frame(Ipv4{.dst = other_server_ipv4}), upstreams_[of_route], other_view));
}

TEST_F(Pool, OfTheClientBeforeThatOfTheAddress) {
    EXPECT_TRUE(steers(from_client(), upstreams_[of_client]));
    EXPECT_TRUE(steers(frame(Ipv4{.src = "198.18.8.255"}), upstreams_[of_listener]));
    EXPECT_TRUE(steers(frame(Ipv4{.src = "198.18.10.0"}), upstreams_[of_listener]));
}

TEST_F(Pool, OfTheNameBeforeAll) {
    world().route_zone("example.com.", of_route);
    EXPECT_TRUE(steers(from_client(), upstreams_[of_route]));
    EXPECT_TRUE(steers(frame(), upstreams_[of_route]));
    EXPECT_TRUE(steers(from_client({.name = "www.example.net."}), upstreams_[of_client]));
}

TEST_F(Pool, RoutesCountOnlyWhereThereAreSome) {
    world().route_zone("example.com.", of_route);
    fp_settings without_routes = settings();
    without_routes.has_routes = 0;
    set(without_routes);
    EXPECT_TRUE(steers(frame(), upstreams_[of_listener]));
}

// A pool in which nobody serves is not left for another: its names may mean something else there.
TEST_F(Pool, OfTheNameEvenWhenNobodyServes) {
    world().route_zone("example.com.", of_route);
    world().set_state(upstreams_[of_route], FP_UPSTREAM_DOWN);
    EXPECT_TRUE(asks_local(from_client(), FP_OUT_miss_no_upstream, std::nullopt));
}

TEST_F(Pool, TheLastOneThatThereMayBe) {
    constexpr uint16_t last = FP_POOLS_MAX - 1;
    const Upstream upstream = world().add("198.18.3.1", {.pool = last});
    const Upstream far = world().add("198.18.3.2", {.pool = last, .tier = 1});
    give_client({.pool = last, .view = FP_VIEW_NONE});
    EXPECT_TRUE(steers(from_client(), upstream));
    EXPECT_TRUE(steers(from_client(), far));
}

// A query leaves as it came: over IPv4, or over IPv6.
TEST_F(Pool, UpstreamsOfTheOtherFamilyAreNone) {
    EXPECT_TRUE(asks_local(frame(Ipv6{}), FP_OUT_miss_no_upstream, std::nullopt));
    const Upstream over_ipv6 = world().add(upstream_ipv6);
    EXPECT_TRUE(steers(frame(Ipv6{}), over_ipv6));
    EXPECT_TRUE(steers(frame(Ipv4{}), upstreams_[of_listener]));
    world().set_state(upstreams_[of_listener], FP_UPSTREAM_DOWN);
    EXPECT_TRUE(asks_local(frame(Ipv4{}), FP_OUT_miss_no_upstream, std::nullopt));
}

TEST_F(Pool, WithTheResolverOfThisHost) {
    const Place mixed = {.pool = of_client};
    const Upstream local = world().add_local(mixed);
    const std::vector<Upstream> members = {upstreams_[of_client], local};
    const DnsQuery for_local = query_for_first(local, members);
    const DnsQuery for_other = query_for_first(upstreams_[of_client], members);
    EXPECT_TRUE(asks_local(from_client(for_local), FP_OUT_miss_local, local));
    EXPECT_TRUE(steers(from_client(for_other), upstreams_[of_client]));
    EXPECT_TRUE(steers(from_client(for_local), upstreams_[of_client])); // its retry
    EXPECT_TRUE(asks_local(from_client(for_other), FP_OUT_miss_local, local));
    world().set_state(local, FP_UPSTREAM_DOWN);
    EXPECT_TRUE(steers(from_client({.id = 9, .name = for_local.name}), upstreams_[of_client]));
}

TEST_F(Pool, WithTheResolverOfThisHostAlone) {
    fp_settings alone = settings();
    alone.steers = 0;
    set(alone);
    const Upstream local = world().add_local({.pool = 3});
    give_client({.pool = 3, .view = FP_VIEW_NONE});
    EXPECT_TRUE(asks_local(from_client(), FP_OUT_miss_local, local));
    EXPECT_TRUE(asks_local(from_client(), FP_OUT_miss_local, local)); // nobody else: retries are not counted
    set_heartbeat(now_ns() - FP_HEARTBEAT_MAX_AGE_NS);
    EXPECT_TRUE(asks_local(from_client(), FP_OUT_miss_local, local));
    world().set_state(local, FP_UPSTREAM_DOWN);
    EXPECT_TRUE(asks_local(from_client(), FP_OUT_miss_local, std::nullopt)); // who else?
}

// The resolvers of one network steer to each other: what one of them asks is resolved here (design.md, "No loops").
TEST_F(Pool, WhatAnUpstreamAsksIsNotSentOn) {
    set_client(upstreams_[0].address.c_str(),
               {.allowed = 1, .is_upstream = 1, .view = FP_VIEW_NONE, .pool = of_client, .pad = 0});
    world().route_zone("example.com.", of_route);
    const Packet query = frame(Ipv4{.src = upstreams_[0].address});
    EXPECT_TRUE(asks_local(query, FP_OUT_miss_from_upstream, std::nullopt));
    set_heartbeat(0);
    EXPECT_TRUE(asks_local(query, FP_OUT_miss_from_upstream, std::nullopt));
}

TEST_F(Pool, AnUpstreamGetsHitsAsAnybody) {
    set_client(upstreams_[0].address.c_str(),
               {.allowed = 1, .is_upstream = 1, .view = FP_VIEW_NONE, .pool = FP_POOL_NONE, .pad = 0});
    const Cached &cached = add({.answer = {"www.example.com. 300 IN A 192.0.2.1"}});
    EXPECT_TRUE(answers(frame(Ipv4{.src = upstreams_[0].address}), cached));
}

TEST_F(Pool, NobodyIsSteeredToByAClientThatMayNotAsk) {
    EXPECT_TRUE(refuses(frame(Ipv4{.src = denied_ipv4})));
    EXPECT_TRUE(SteeringWorld::flows().empty());
}

// What a dead daemon last said of the upstreams holds for so long.
TEST_F(Pool, WithoutADaemonNobodyIsSteeredTo) {
    set_heartbeat(now_ns() - FP_HEARTBEAT_MAX_AGE_NS + 1);
    EXPECT_TRUE(steers(frame(), upstreams_[of_listener]));
    set_heartbeat(now_ns() - FP_HEARTBEAT_MAX_AGE_NS);
    EXPECT_TRUE(asks_local(frame(), FP_OUT_miss_no_daemon, std::nullopt));
    EXPECT_TRUE(comes_home(answer_to(steered()), steered())); // what is on its way comes home
    show_life(now_ns());
    EXPECT_TRUE(steers(frame(DnsQuery{.id = 9}), upstreams_[of_listener]));
}

// Its refresh is asked of the pool that a miss of the client would go to.
TEST_F(Pool, ARefreshSaysWhosePoolItIs) {
    RefreshWishes wishes;
    wishes.consume();
    fp_settings with_prefetch = settings();
    with_prefetch.prefetch = 1;
    set(with_prefetch);
    const Cached &cached = add({.answer = {"www.example.com. 300 IN A 192.0.2.1"}});
    const auto wish_of = [&](const Packet &query) {
        cached.head->refresh_at = 0;
        EXPECT_TRUE(answers(query, cached));
        return wishes.consume().at(0);
    };
    EXPECT_EQ(wish_of(frame()).pool, of_listener);
    EXPECT_EQ(wish_of(from_client()).pool, of_client);
    EXPECT_EQ(wish_of(from_client()).is_ipv6, 0);
    EXPECT_EQ(wish_of(frame(Ipv6{})).is_ipv6, 1);
    EXPECT_TRUE(SteeringWorld::flows().empty());
}

TEST_F(Pool, TheViewOfTheClientBeforeThatOfTheAddress) {
    give_client({.pool = FP_POOL_NONE, .view = client_view});
    EXPECT_TRUE(steers(from_client(), upstreams_[of_listener], client_view));
    EXPECT_TRUE(steers(frame(), upstreams_[of_listener], default_view));
    EXPECT_TRUE(steers(frame(Ipv4{.dst = other_server_ipv4}), upstreams_[of_listener], other_view));
    EXPECT_TRUE(
        steers(frame(Ipv4{.src = client_with_pool, .dst = other_server_ipv4}), upstreams_[of_listener], client_view));
}

TEST_F(Pool, AnswersAreSharedWithinAViewAlone) {
    give_client({.pool = FP_POOL_NONE, .view = client_view});
    const ResponseText www = {.answer = {"www.example.com. 300 IN A 192.0.2.1"}};
    const ResponseText inside = {.answer = {"www.example.com. 300 IN A 198.18.9.80"}};
    const Cached &for_client = add(inside, {.view = client_view});
    EXPECT_TRUE(answers(from_client(), for_client));
    EXPECT_TRUE(answers(frame(Ipv4{.src = client_with_pool, .dst = other_server_ipv4}), for_client));
    EXPECT_TRUE(steers(frame(), upstreams_[of_listener]));
    const Cached &for_all = add(www);
    EXPECT_TRUE(answers(frame(), for_all));
    EXPECT_TRUE(answers(from_client(), for_client));
}

} // namespace
} // namespace fastpath::test
