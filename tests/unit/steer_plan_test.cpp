// SPDX-License-Identifier: Apache-2.0
// Plans: what the config becomes in numbers, and which numbers stay when the config changes.
#include "config/load.h"
#include "steer/plan.h"

#include <algorithm>
#include <dns_fastpath/config.h>
#include <dns_fastpath/steer.h>
#include <gtest/gtest.h>

namespace fastpath {
namespace {

IpAddress address(std::string_view text) {
    return parse_address(text).value();
}

std::set<IpAddress> addresses(std::initializer_list<const char *> texts) {
    std::set<IpAddress> set;
    for (const char *text : texts) {
        set.insert(address(text));
    }
    return set;
}

Config config_of(const char *yaml) {
    const auto config = parse_config(yaml, "f.yaml");
    EXPECT_TRUE(config) << config.error().message;
    return config.value_or(Config{});
}

SteeringPlan plan_of(const char *yaml, const KnownNumbers &known = {},
                     const std::set<IpAddress> &listen = addresses({"198.18.0.2", "2001:db8::2"})) {
    const auto plan = make_plan(config_of(yaml), listen, known);
    EXPECT_TRUE(plan) << plan.error().message;
    return plan.value_or(SteeringPlan{});
}

// What the pinned maps know once a plan is in force.
KnownNumbers known_after(const SteeringPlan &plan) {
    KnownNumbers known{.upstreams = {}, .views = plan.views};
    for (const PlannedUpstream &upstream : plan.upstreams) {
        known.upstreams[upstream.id] = upstream.number;
    }
    return known;
}

const PlannedUpstream &upstream(const SteeringPlan &plan, const char *pool, const char *text) {
    const UpstreamId id{pool, std::string_view(text) == "local" ? std::nullopt : std::optional(address(text))};
    const auto found = std::find_if(plan.upstreams.begin(), plan.upstreams.end(),
                                    [&](const PlannedUpstream &u) { return u.id == id; });
    if (found == plan.upstreams.end()) {
        throw std::runtime_error(std::string("no upstream ") + text);
    }
    return *found;
}

uint16_t pool_number(const SteeringPlan &plan, std::string_view name) {
    const auto found = std::find(plan.pools.begin(), plan.pools.end(), name);
    return static_cast<uint16_t>(found - plan.pools.begin());
}

constexpr const char *two_zones = R"(
az: az1
pools:
  default:
    upstreams:
      - {address: local}
      - {address: 198.18.1.11, az: az1, weight: 50, max_qps: 1000}
      - {address: 198.18.2.11, az: az2}
      - {address: 2001:db8:1::11, az: az1}
  corp: {upstreams: [{address: 198.18.3.11}]}
)";

TEST(Plan, without_pools_leaves_all_to_the_resolver_on_this_host) {
    const SteeringPlan plan = plan_of("");
    EXPECT_EQ(plan.pools, std::vector<std::string>{"default"});
    ASSERT_EQ(plan.upstreams.size(), 1U);
    EXPECT_EQ(plan.upstreams[0].id, (UpstreamId{"default", std::nullopt}));
    EXPECT_FALSE(plan.steers);
    EXPECT_EQ(plan.listeners, (std::map<IpAddress, PlannedListener>{{address("198.18.0.2"), {0, 0}},
                                                                    {address("2001:db8::2"), {0, 0}}}));
    EXPECT_EQ(plan.views, (std::map<std::string, uint16_t>{{"default", 0}}));
    EXPECT_EQ(plan.warnings, std::vector<std::string>{});
}

TEST(Plan, has_local_and_the_same_az_in_the_first_tier) {
    const SteeringPlan plan = plan_of(two_zones);
    EXPECT_TRUE(plan.steers);
    EXPECT_EQ(upstream(plan, "default", "local").tier, 0);
    EXPECT_EQ(upstream(plan, "default", "198.18.1.11").tier, 0);
    EXPECT_EQ(upstream(plan, "default", "198.18.2.11").tier, 1);
    EXPECT_EQ(upstream(plan, "corp", "198.18.3.11").tier, 1);
    EXPECT_EQ(upstream(plan, "corp", "198.18.3.11").pool, pool_number(plan, "corp"));
    EXPECT_EQ(upstream(plan, "default", "198.18.1.11").weight, 50U);
    EXPECT_EQ(upstream(plan, "default", "198.18.2.11").az, "az2");
}

TEST(Plan, without_az_has_one_tier) {
    const SteeringPlan plan = plan_of("pools: {default: {upstreams: [{address: 198.18.1.11}]}}");
    EXPECT_EQ(plan.upstreams[0].tier, 0);
}

TEST(Plan, gives_a_burst_of_20_ms_and_at_least_some_queries) {
    const auto limited = [](uint32_t max_qps) {
        Config config;
        config.pools = {{"default", {UpstreamConfig{.address = {}, .az = {}, .max_qps = max_qps}}}};
        return make_plan(config, {}, {}).value().upstreams[0];
    };
    EXPECT_EQ(limited(0).query_ns, 0U);
    EXPECT_EQ(limited(1000).query_ns, 1'000'000U);
    EXPECT_EQ(limited(1000).burst_ns, 20'000'000U);
    EXPECT_EQ(limited(1).query_ns, 1'000'000'000U);
    EXPECT_EQ(limited(1).burst_ns, 8'000'000'000U);
    EXPECT_EQ(limited(50).burst_ns, 160'000'000U);
    for (const uint32_t qps : {7U, 999U, 333'333U, 10'000'000U}) {
        EXPECT_NEAR(1e9 / static_cast<double>(limited(qps).query_ns), qps, qps / 100.0);
    }
}

TEST(Plan, takes_pool_and_view_of_a_listen_address_from_its_item) {
    const SteeringPlan plan = plan_of(R"(
listen: [{address: 198.18.0.2}, {address: 198.18.0.3, pool: corp, view: corp}]
pools: {corp: {upstreams: [{address: 198.18.3.11}]}}
)",
                                      {}, addresses({"198.18.0.2", "198.18.0.3"}));
    const uint16_t corp = pool_number(plan, "corp");
    EXPECT_EQ(plan.listeners.at(address("198.18.0.2")), (PlannedListener{0, pool_number(plan, "default")}));
    EXPECT_EQ(plan.listeners.at(address("198.18.0.3")), (PlannedListener{plan.views.at("corp"), corp}));
}

TEST(Plan, has_rows_for_clients_and_for_who_is_an_upstream) {
    const SteeringPlan plan = plan_of(R"(
acl: {allow: [198.18.0.0/16]}
clients: [{prefix: 198.18.9.0/24, pool: mta}, {prefix: 198.18.10.0/24, view: mta}]
pools: {mta: {upstreams: [{address: 198.18.9.11}, {address: local}]}}
)");
    const uint16_t mta = pool_number(plan, "mta");
    EXPECT_EQ(plan.clients,
              (std::vector<ClientRow>{
                  {parse_prefix("198.18.0.0/16").value(), true, false, FP_VIEW_NONE, FP_POOL_NONE},
                  {parse_prefix("198.18.9.0/24").value(), true, false, FP_VIEW_NONE, mta},
                  {parse_prefix("198.18.9.11").value(), true, true, FP_VIEW_NONE, mta},
                  {parse_prefix("198.18.10.0/24").value(), true, false, plan.views.at("mta"), FP_POOL_NONE},
              }));
}

TEST(Plan, has_routes_to_pools) {
    const SteeringPlan plan = plan_of(R"(
routes: [{zone: Corp.Example, pool: corp}, {zone: ., pool: default}]
pools: {corp: {upstreams: [{address: 198.18.3.11}]}}
)");
    EXPECT_EQ(plan.routes.pool_of(name_from_text("www.corp.example").value()), pool_number(plan, "corp"));
    EXPECT_EQ(plan.routes.pool_of(name_from_text("www.example").value()), pool_number(plan, "default"));
}

TEST(Plan, takes_an_address_of_its_own_for_the_resolver_on_this_host) {
    const SteeringPlan plan = plan_of("pools: {default: {upstreams: [{address: 198.18.0.2}, {address: 198.18.1.11}]}}");
    EXPECT_NO_THROW(upstream(plan, "default", "local"));
    EXPECT_EQ(plan.warnings, std::vector<std::string>{"upstream 198.18.0.2 of pool \"default\" is an address that we "
                                                      "answer on: taken for the resolver on this host"});
    EXPECT_FALSE(std::any_of(plan.clients.begin(), plan.clients.end(), [](const ClientRow &row) {
        return row.prefix.address == address("198.18.0.2") && row.is_upstream;
    }));
}

TEST(Plan, has_the_resolver_on_this_host_once_in_a_pool) {
    const SteeringPlan plan = plan_of("pools: {default: {upstreams: [{address: local}, {address: 198.18.0.2}]}}");
    EXPECT_EQ(plan.upstreams.size(), 1U);
    EXPECT_FALSE(plan.steers);
    EXPECT_EQ(plan.warnings.size(), 2U);
}

TEST(PlanOfAnotherConfig, keeps_the_numbers_of_what_is_still_there) {
    const SteeringPlan old = plan_of(two_zones);
    const SteeringPlan now = plan_of(R"(
az: az2
pools:
  new: {upstreams: [{address: 198.18.1.11}]}
  corp: {upstreams: [{address: 198.18.3.12}, {address: 198.18.3.11, weight: 1}]}
  default: {upstreams: [{address: 198.18.2.11, az: az2}, {address: local}]}
)",
                                     known_after(old));
    for (const auto &[pool, text] :
         {std::pair{"default", "local"}, {"default", "198.18.2.11"}, {"corp", "198.18.3.11"}}) {
        EXPECT_EQ(upstream(now, pool, text).number, upstream(old, pool, text).number) << pool << " " << text;
    }
    EXPECT_EQ(upstream(now, "corp", "198.18.3.11").weight, 1U);
    EXPECT_EQ(upstream(now, "default", "198.18.2.11").tier, 0);
    EXPECT_EQ(upstream(now, "default", "198.18.2.11").pool, pool_number(now, "default"));
}

// The old plan is in use until the new one is: a packet must not find another upstream at its number.
TEST(PlanOfAnotherConfig, gives_no_number_that_the_old_one_may_hold) {
    const SteeringPlan old = plan_of("pools: {default: {upstreams: [{address: 198.18.1.11}, {address: 198.18.1.12}]}}");
    const char *const other = "pools: {default: {upstreams: [{address: 198.18.1.12}, {address: 198.18.1.13}]}}";
    const SteeringPlan now = plan_of(other, known_after(old));
    EXPECT_EQ(upstream(now, "default", "198.18.1.12").number, 1);
    EXPECT_EQ(upstream(now, "default", "198.18.1.13").number, 2);

    const SteeringPlan later = plan_of(two_zones, known_after(now));
    EXPECT_EQ(upstream(later, "default", "local").number, 0);
}

TEST(PlanOfAnotherConfig, is_the_same_for_the_same_config) {
    const SteeringPlan old = plan_of(two_zones);
    EXPECT_EQ(plan_of(two_zones, known_after(old)), old);
}

TEST(PlanOfAnotherConfig, is_refused_where_no_number_is_left_for_an_upstream) {
    KnownNumbers known;
    for (uint16_t i = 0; i < FP_UPSTREAMS_MAX - 1; ++i) {
        known.upstreams[{"old",
                         IpAddress::from_ipv4({198, 18, static_cast<uint8_t>(i >> 8), static_cast<uint8_t>(i)})}] = i;
    }
    Config config = config_of("pools: {default: {upstreams: [{address: 198.19.0.1}]}}");
    EXPECT_EQ(make_plan(config, {}, known).value().upstreams[0].number, FP_UPSTREAMS_MAX - 1);

    config = config_of("pools: {default: {upstreams: [{address: 198.19.0.1}, {address: 198.19.0.2}]}}");
    EXPECT_EQ(
        make_plan(config, {}, known).error().message,
        "no number is free for upstream 198.19.0.2 of pool \"default\": at most 1024 upstreams are possible, those "
        "that a reload takes away included; take them away by a reload of its own");
}

TEST(PlanOfAnotherConfig, never_gives_the_number_of_a_view_to_another) {
    const SteeringPlan old = plan_of("clients: [{prefix: 10.0.0.0/8, view: a}, {prefix: 10.1.0.0/16, view: b}]");
    EXPECT_EQ(old.views, (std::map<std::string, uint16_t>{{"default", 0}, {"a", 1}, {"b", 2}}));
    const SteeringPlan now =
        plan_of("clients: [{prefix: 10.0.0.0/8, view: c}, {prefix: 10.1.0.0/16, view: b}]", known_after(old));
    EXPECT_EQ(now.views, (std::map<std::string, uint16_t>{{"default", 0}, {"a", 1}, {"b", 2}, {"c", 3}}));
    const auto row = [&](const char *text) {
        return *std::find_if(now.clients.begin(), now.clients.end(),
                             [&](const ClientRow &r) { return r.prefix == parse_prefix(text).value(); });
    };
    EXPECT_EQ(row("10.0.0.0/8").view, 3);
    EXPECT_EQ(row("10.1.0.0/16").view, 2);
}

TEST(PlanOfAnotherConfig, is_refused_where_no_number_is_left_for_a_view) {
    KnownNumbers known;
    for (uint16_t i = 0; i < FP_VIEWS_MAX; ++i) {
        known.views[i == 0 ? "default" : "v" + std::to_string(i)] = i;
    }
    EXPECT_TRUE(make_plan(config_of("clients: [{prefix: 10.0.0.0/8, view: v7}]"), {}, known));
    EXPECT_EQ(make_plan(config_of("clients: [{prefix: 10.0.0.0/8, view: new}]"), {}, known).error().message,
              "no number is free for view \"new\": 1024 names have been used since the cache was made; "
              "`dns-fastpathctl detach` and a restart make a new one");
}

} // namespace
} // namespace fastpath
