// SPDX-License-Identifier: Apache-2.0
// SteeringMaps and plans that do not fit, which leave the one before as it was; and the largest, which fits twice.
#include "steering_maps_fixture.h"

#include <cstring>
#include <sys/resource.h>

namespace fastpath::test {
namespace {

// Fails at the last of the maps that are written row by row.
TEST_F(SteeringMapsTest, AMapThatIsFullLeavesThePlanBefore) {
    ASSERT_TRUE(apply(two_pools));
    const fp_generations before = generations();
    const KnownNumbers known = maps_.known().value();
    SteeringPlan too_large = plan(another);
    std::map<WireName, uint16_t> zones;
    for (int i = 0; i < 70'000; ++i) {
        zones[name_from_text("z" + std::to_string(i) + ".example").value()] = 0;
    }
    too_large.routes = RouteTable(zones);

    const Result<> applied = apply(too_large);
    ASSERT_FALSE(applied);
    EXPECT_NE(applied.error().message.find(".example. to the map routes: it is full"), std::string::npos)
        << applied.error().message;
    const fp_generations now = generations();
    EXPECT_EQ(std::memcmp(&now, &before, sizeof(now)), 0);
    EXPECT_TRUE(has_one_generation());
    EXPECT_EQ(maps_.known().value().upstreams, known.upstreams);
    EXPECT_TRUE(client("198.18.5.5")->allowed);
    EXPECT_EQ(route("corp.example")->pool, 1);
    EXPECT_NE(table_id(table_number(0, false, 0)), 0U);

    ASSERT_TRUE(apply(another));
    EXPECT_TRUE(has_one_generation());
}

// Fails at what is written last.
TEST_F(SteeringMapsTest, TablesThatCannotBeMadeLeaveThePlanBefore) {
    ASSERT_TRUE(apply(another));
    const uint32_t generation = generations().generation;
    const SteeringPlan planned = plan(two_pools);
    rlimit limit = {};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
    const rlimit none = {.rlim_cur = 3, .rlim_max = limit.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
    const Result<> applied = apply(planned);
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);

    ASSERT_FALSE(applied);
    EXPECT_EQ(applied.error().message, "cannot allocate a table of upstreams: Too many open files");
    EXPECT_EQ(generations().generation, generation);
    EXPECT_TRUE(has_one_generation());
    EXPECT_TRUE(listener("198.18.0.2"));
}

TEST_F(SteeringMapsTest, HoldsTheLargestConfigTwice) {
    SteeringPlan large = plan(another);
    large.listeners.clear();
    std::map<WireName, uint16_t> zones;
    for (int i = 0; i < 32'000; ++i) {
        zones[name_from_text("z" + std::to_string(i) + ".example").value()] = 0;
    }
    large.routes = RouteTable(zones);
    for (uint32_t i = 0; i < 50'000; ++i) {
        const IpAddress address = IpAddress::from_ipv4(
            {100, static_cast<uint8_t>(i >> 16), static_cast<uint8_t>(i >> 8), static_cast<uint8_t>(i)});
        large.clients.push_back({.prefix = {address, 128}, .allowed = true});
    }
    for (uint32_t i = 0; i < 4'096; ++i) {
        large.listeners[IpAddress::from_ipv4({198, 19, static_cast<uint8_t>(i >> 8), static_cast<uint8_t>(i)})] = {};
    }
    ASSERT_TRUE(apply(large));
    const Result<> again = apply(large);
    EXPECT_TRUE(again) << again.error().message;
    EXPECT_TRUE(has_one_generation());
    EXPECT_TRUE(route("z31999.example"));
    ASSERT_TRUE(apply(another));
}

} // namespace
} // namespace fastpath::test
