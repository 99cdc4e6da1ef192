// SPDX-License-Identifier: Apache-2.0
// The upstreams of SteeringMaps: what is written about one, which of it outlives a plan, and the tables that choose among them.
#include "steering_maps_fixture.h"

#include <bpf/libbpf.h>
#include <cstring>
#include <vector>

namespace fastpath::test {
namespace {

TEST_F(SteeringMapsTest, TellsAnUpstreamByItsSlot) {
    ASSERT_TRUE(apply(two_pools));
    const auto slot = element<fp_upstream>(map("upstreams"), uint32_t{number_of("default", "198.18.1.11")});
    ASSERT_TRUE(slot);
    EXPECT_EQ(IpAddress::from_abi(slot->address), parse_address("198.18.1.11").value());
    EXPECT_STREQ(slot->pool, "default");
    EXPECT_STREQ(slot->az, "az1");
    EXPECT_EQ(slot->is_local, 0U);
    EXPECT_EQ(slot->tier, 0U);
    EXPECT_EQ(slot->weight, 50U);
    EXPECT_EQ(slot->max_qps, 1'000U);
    EXPECT_EQ(slot->query_ns, 1'000'000U);
    EXPECT_EQ(slot->burst_ns, 20'000'000U);
    const uint32_t local = maps_.known().value().upstreams.at({"default", std::nullopt});
    EXPECT_EQ(element<fp_upstream>(map("upstreams"), local)->is_local, 1U);
}

TEST_F(SteeringMapsTest, LeavesAnUpstreamThatStaysAsItIs) {
    ASSERT_TRUE(apply(two_pools));
    const uint16_t number = number_of("default", "198.18.1.12");
    maps_.upstreams().set_state(number, FP_UPSTREAM_UP, now_ns + 5);
    ASSERT_TRUE(apply(another));

    EXPECT_EQ(number_of("default", "198.18.1.12"), number);
    const fp_upstream slot = upstream(number);
    EXPECT_EQ(slot.state, uint32_t{FP_UPSTREAM_UP});
    EXPECT_EQ(slot.state_since_ns, now_ns + 5);
    EXPECT_EQ(slot.weight, 7U);
    EXPECT_STREQ(slot.az, "");
}

// The probes tell of an address only when its state changes.
TEST_F(SteeringMapsTest, KnowsTheStateOfAnAddressInAnotherPool) {
    ASSERT_TRUE(apply(two_pools));
    const uint16_t number = number_of("default", "198.18.1.12");
    maps_.upstreams().set_state(number, FP_UPSTREAM_UP, now_ns + 5);
    fp_upstream drained = upstream(number);
    drained.drained = 1;
    const uint32_t key = number;
    ASSERT_EQ(bpf_map_update_elem(map("upstreams"), &key, &drained, BPF_ANY), 0);

    ASSERT_TRUE(apply("{pools: {new: {upstreams: [{address: 198.18.1.12}, {address: 198.18.1.15}]}}, "
                      "listen: [{address: 198.18.0.2, pool: new}]}"));
    const fp_upstream &moved = maps_.upstreams()[number_of("new", "198.18.1.12")];
    EXPECT_EQ(moved.state, uint32_t{FP_UPSTREAM_UP});
    EXPECT_EQ(moved.state_since_ns, now_ns + 5);
    EXPECT_EQ(moved.drained, 1U);
    const fp_upstream &stranger = maps_.upstreams()[number_of("new", "198.18.1.15")];
    EXPECT_EQ(stranger.state, uint32_t{FP_UPSTREAM_UNKNOWN});
    EXPECT_EQ(stranger.state_since_ns, now_ns);
    EXPECT_EQ(stranger.drained, 0U);
}

TEST_F(SteeringMapsTest, AStateIsSeenAtOnce) {
    ASSERT_TRUE(apply(two_pools));
    const uint16_t number = number_of("corp", "2001:db8:3::11");
    const auto stored = [&] { return upstream(number); };
    maps_.upstreams().set_state(number, FP_UPSTREAM_UP, now_ns + 7);
    EXPECT_EQ(stored().state, uint32_t{FP_UPSTREAM_UP});
    EXPECT_EQ(stored().state_since_ns, now_ns + 7);
    EXPECT_TRUE(maps_.upstreams().serves(number));

    fp_upstream drained = stored(); // as dns-fastpathctl does it
    drained.drained = 1;
    const uint32_t key = number;
    ASSERT_EQ(bpf_map_update_elem(map("upstreams"), &key, &drained, BPF_ANY), 0);
    EXPECT_FALSE(maps_.upstreams().serves(number));
    drained.drained = 0;
    ASSERT_EQ(bpf_map_update_elem(map("upstreams"), &key, &drained, BPF_ANY), 0);
    EXPECT_TRUE(maps_.upstreams().serves(number));

    maps_.upstreams().set_state(number, FP_UPSTREAM_DOWN, now_ns + 8);
    EXPECT_EQ(stored().state, uint32_t{FP_UPSTREAM_DOWN});
    EXPECT_FALSE(maps_.upstreams().serves(number));
}

TEST_F(SteeringMapsTest, ShowsTheLoadOfAnUpstream) {
    ASSERT_TRUE(apply(two_pools));
    const uint16_t number = number_of("corp", "2001:db8:3::11");
    maps_.upstreams().set_load(number, {.timeouts = 1, .queries_per_second = 2, .unanswered_ppm = 3, .rtt_us = 4});
    const fp_upstream slot = upstream(number);
    EXPECT_EQ(slot.timeouts, 1U);
    EXPECT_EQ(slot.queries_per_second, 2U);
    EXPECT_EQ(slot.unanswered_ppm, 3U);
    EXPECT_EQ(slot.rtt_us, 4U);
}

TEST_F(SteeringMapsTest, PutsOnlyTheTablesThatHaveChanged) {
    ASSERT_TRUE(apply(two_pools));
    const SteeringPlan planned = plan(two_pools);
    const uint32_t ipv4 = table_id(table_number(0, false, 0));
    const uint32_t ipv6 = table_id(table_number(0, true, 0));
    const uint16_t down = number_of("default", "198.18.1.11");

    ASSERT_TRUE(maps_.put_tables(make_tables(
        planned, [&](uint16_t n) { return n != down; }, tables_)));
    EXPECT_NE(table_id(table_number(0, false, 0)), ipv4);
    EXPECT_EQ(table_id(table_number(0, true, 0)), ipv6);

    const uint16_t corp = number_of("corp", "2001:db8:3::11");
    ASSERT_TRUE(maps_.put_tables(make_tables(
        planned, [&](uint16_t n) { return n != corp; }, tables_)));
    EXPECT_EQ(table_id(table_number(1, true, 1)), 0U);
    ASSERT_TRUE(maps_.put_tables(tables_));
    EXPECT_NE(table_id(table_number(1, true, 1)), 0U);
    EXPECT_TRUE(has_one_generation());
}

TEST_F(SteeringMapsTest, SumsCountersOverTheCpusAndBeginsWithNone) {
    constexpr const char *without =
        "{pools: {default: {upstreams: [{address: local}]}}, listen: [{address: 198.18.0.2}]}";
    constexpr const char *with =
        "{pools: {default: {upstreams: [{address: local}, {address: 198.18.1.14}]}}, listen: [{address: 198.18.0.2}]}";
    ASSERT_TRUE(apply(without));
    const SteeringPlan planned = plan(with);
    const uint16_t number = planned.upstreams.back().number;
    std::vector<fp_upstream_counters> cpus(static_cast<size_t>(libbpf_num_possible_cpus()));
    for (size_t cpu = 0; cpu < cpus.size(); ++cpu) {
        cpus[cpu] = {};
        cpus[cpu].queries = 10 + cpu;
        cpus[cpu].rtt[FP_RTT_BUCKETS - 1] = 1;
    }
    const uint32_t key = number; // of the upstream that had it before
    ASSERT_EQ(bpf_map_update_elem(map("upstream_counters"), &key, cpus.data(), BPF_ANY), 0);
    const fp_upstream_counters sum = maps_.upstreams().counters(number).value();
    EXPECT_EQ(sum.queries, cpus.size() * 10 + cpus.size() * (cpus.size() - 1) / 2);
    EXPECT_EQ(sum.rtt[FP_RTT_BUCKETS - 1], cpus.size());

    ASSERT_TRUE(apply(planned));
    ASSERT_EQ(number_of("default", "198.18.1.14"), number);
    EXPECT_EQ(maps_.upstreams().counters(number)->queries, 0U);
}

} // namespace
} // namespace fastpath::test
