// SPDX-License-Identifier: Apache-2.0
// SteeringMaps on real maps: a plan comes into force as a whole; what it replaces goes, and so does what an earlier daemon left.
#include "steering_maps_fixture.h"

#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

namespace fastpath::test {
namespace {

TEST_F(SteeringMapsTest, PutsAWholePlanIntoForce) {
    const uint32_t before = generations().generation;
    const SteeringPlan planned = plan(two_pools);
    ASSERT_TRUE(apply(planned, settings_with(1'400)));

    const fp_generations now = generations();
    EXPECT_EQ(now.generation, before + 1);
    const fp_settings &settings = now.settings[now.generation & 1];
    EXPECT_EQ(settings.payload_size, 1'400);
    EXPECT_TRUE(settings.steers);
    EXPECT_TRUE(settings.has_routes);

    EXPECT_EQ(listener("198.18.0.2")->pool, 0);
    EXPECT_EQ(listener("198.18.0.2")->view, 0);
    EXPECT_EQ(listener("2001:db8::2")->pool, 1);
    EXPECT_EQ(listener("2001:db8::2")->view, planned.views.at("corp"));
    EXPECT_FALSE(listener("198.18.0.3"));

    EXPECT_TRUE(client("198.18.5.5")->allowed);
    EXPECT_EQ(client("198.18.5.5")->pool, FP_POOL_NONE);
    EXPECT_FALSE(client("198.18.5.5")->is_upstream);
    EXPECT_EQ(client("198.18.9.9")->pool, 1);
    EXPECT_EQ(client("198.18.9.9")->view, planned.views.at("mta"));
    EXPECT_TRUE(client("198.18.1.12")->is_upstream);
    EXPECT_TRUE(client("2001:db8:3::11")->is_upstream);
    EXPECT_FALSE(client("2001:db8:3::11")->allowed);
    EXPECT_FALSE(client("192.0.2.1"));

    EXPECT_EQ(route("corp.example")->pool, 1);
    EXPECT_EQ(route("b.corp.example")->pool, 0);
    EXPECT_FALSE(route("example"));
    EXPECT_EQ(element<fp_route_filter>(map("route_filter"), now.generation & 1)->labels[14], 1U << 2);
}

TEST_F(SteeringMapsTest, WritesTheTablesOfEachPool) {
    ASSERT_TRUE(apply(two_pools));
    const uint32_t generation = generations().generation;
    EXPECT_EQ(tables_in_half(generation),
              (std::set<uint32_t>{table_number(0, false, 0), table_number(0, true, 0), table_number(1, true, 1)}));
    const UniqueFd table(bpf_map_get_fd_by_id(table_id(table_number(0, false, 0))));
    const auto entries = element<fp_table>(table.get(), uint32_t{0});
    ASSERT_TRUE(entries);
    EXPECT_EQ(std::memcmp(&*entries, &tables_.at({0, false, 0})->entries, sizeof(fp_table)), 0);
}

TEST_F(SteeringMapsTest, RemovesThePlanBefore) {
    ASSERT_TRUE(apply(two_pools));
    const uint16_t gone = number_of("default", "198.18.1.11");
    ASSERT_TRUE(apply(another));

    EXPECT_TRUE(has_one_generation());
    EXPECT_EQ(rows_by_generation<fp_listener_key>(map("listeners")).at(generations().generation), 1U);
    EXPECT_FALSE(client("198.18.5.5"));
    EXPECT_FALSE(route("corp.example"));
    EXPECT_FALSE(generations().settings[generations().generation & 1].has_routes);
    EXPECT_EQ(maps_.upstreams()[gone].state, uint32_t{FP_UPSTREAM_UNUSED});
    EXPECT_EQ(maps_.known().value().upstreams.size(), 2U);
}

TEST_F(SteeringMapsTest, WaitsForPacketsBetweenTheSwitchAndTheRemoval) {
    ASSERT_TRUE(apply(two_pools));
    const uint32_t before = generations().generation;
    const uint16_t gone = number_of("default", "198.18.1.11");
    std::vector<uint32_t> in_force;
    wait_ = [&] {
        in_force.push_back(generations().generation);
        EXPECT_EQ(rows_by_generation<fp_listener_key>(map("listeners")).count(before), 1U);
        EXPECT_EQ(rows_by_generation<fp_client_key>(map("clients")).count(before), 1U);
        EXPECT_EQ(rows_by_generation<fp_route_key>(map("routes")).count(before), 1U);
        EXPECT_FALSE(tables_in_half(before).empty());
        EXPECT_NE(maps_.upstreams()[gone].state, uint32_t{FP_UPSTREAM_UNUSED});
        return answers_.wait_for_readers();
    };
    ASSERT_TRUE(apply(another));
    EXPECT_EQ(in_force, std::vector<uint32_t>{before + 1});
    EXPECT_TRUE(has_one_generation());
}

TEST_F(SteeringMapsTest, WhatCouldNotBeRemovedGoesWithTheNextPlan) {
    ASSERT_TRUE(apply(two_pools));
    wait_ = [] { return false; };
    ASSERT_TRUE(apply(another));
    EXPECT_FALSE(client("198.18.5.5"));
    EXPECT_FALSE(has_one_generation());
    EXPECT_NO_THROW(number_of("default", "198.18.1.11")); // packets that read the old tables may still choose it

    // The other half of the tables is still that of a generation which may be read: no new one can be written there.
    errno = EAGAIN;
    EXPECT_FALSE(apply(two_pools));
    EXPECT_FALSE(client("198.18.5.5"));

    wait_ = [this] { return answers_.wait_for_readers(); };
    ASSERT_TRUE(apply(two_pools));
    EXPECT_TRUE(has_one_generation());
    EXPECT_TRUE(client("198.18.5.5"));
}

TEST_F(SteeringMapsTest, TakesOverTheNumbersOfAnEarlierDaemon) {
    ASSERT_TRUE(apply(two_pools));
    const SteeringPlan earlier = plan(two_pools);
    const uint32_t generation = generations().generation;
    {
        SteeringMaps later = open();
        EXPECT_EQ(plan_of(two_pools, later.known().value()), earlier);
    }
    EXPECT_EQ(generations().generation, generation);
    EXPECT_TRUE(listener("198.18.0.2"));
    EXPECT_NE(table_id(table_number(0, false, 0)), 0U);
}

TEST_F(SteeringMapsTest, RemovesWhatADaemonLeftThatDiedHalfWay) {
    ASSERT_TRUE(apply(another));
    const uint32_t generation = generations().generation;
    const SteeringPlan unfinished = plan(two_pools);
    SteeringRows rows({map("listeners"), map("clients"), map("routes"), map("route_filter")});
    ASSERT_TRUE(rows.add(unfinished, generation + 1));
    auto tables = SteeringTables::open(*programs_);
    ASSERT_TRUE(tables->put(generation + 1, make_tables(unfinished, [](uint16_t) { return true; })));
    ASSERT_FALSE(has_one_generation());

    SteeringMaps later = open();
    EXPECT_TRUE(has_one_generation());
    EXPECT_TRUE(listener("198.18.0.2"));
}

TEST_F(SteeringMapsTest, AnswersComeHomeToThePortsOfBeforeAsWell) {
    const auto ports = [] {
        const fp_generations now = generations();
        return std::pair<int, int>(now.first_answer_port, now.answer_ports);
    };
    const auto with = [](uint16_t first, uint16_t count) {
        fp_settings settings = settings_with(1'232);
        settings.first_port = first;
        settings.ports = count;
        return settings;
    };
    const SteeringPlan steers = plan(two_pools);
    ASSERT_TRUE(apply(steers, with(20'000, 4'096)));
    maps_.narrow_answer_ports();
    EXPECT_EQ(ports(), std::pair(20'000, 4'096));
    ASSERT_TRUE(apply(steers, with(30'000, 100)));
    EXPECT_EQ(ports(), std::pair(20'000, 10'100));
    ASSERT_TRUE(apply(steers, with(1'024, 64)));
    EXPECT_EQ(ports(), std::pair(1'024, 29'076));
    maps_.narrow_answer_ports();
    EXPECT_EQ(ports(), std::pair(1'024, 64));

    const uint32_t generation = generations().generation;
    ASSERT_TRUE(apply(plan("listen: [{address: 198.18.0.2}]"), with(65'000, 536))); // nobody to steer to
    EXPECT_EQ(ports(), std::pair(1'024, 64));
    maps_.narrow_answer_ports();
    EXPECT_EQ(ports(), std::pair(0, 0));
    EXPECT_EQ(generations().generation, generation + 1);
    ASSERT_TRUE(apply(steers, with(1'024, 64'512)));
    EXPECT_EQ(ports(), std::pair(1'024, 64'512));
}

TEST_F(SteeringMapsTest, KeepsTheInterfacesThatAreWanted) {
    const auto with_sources = [](uint32_t count) {
        fp_interface interface = {};
        interface.sources[0] = count;
        return interface;
    };
    ASSERT_TRUE(maps_.set_interfaces({{1, with_sources(1)}, {2, with_sources(2)}, {3, with_sources(3)}}));
    ASSERT_TRUE(maps_.set_interfaces({{3, with_sources(4)}, {5, with_sources(5)}}));
    const int interfaces = map("interfaces");
    EXPECT_FALSE(element<fp_interface>(interfaces, uint32_t{1}));
    EXPECT_FALSE(element<fp_interface>(interfaces, uint32_t{2}));
    EXPECT_EQ(element<fp_interface>(interfaces, uint32_t{3})->sources[0], 4U);
    EXPECT_EQ(element<fp_interface>(interfaces, uint32_t{5})->sources[0], 5U);
}

} // namespace
} // namespace fastpath::test
