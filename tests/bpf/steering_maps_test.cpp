// SPDX-License-Identifier: Apache-2.0
// SteeringMaps on real maps: a plan comes into force as a whole or not at all, and what it replaces goes.
#include "bpf/answer_maps.h"
#include "bpf/counter_map.h"
#include "bpf/steering_maps.h"
#include "config/load.h"
#include "harness/packet.h"

#include <algorithm>
#include <atomic>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <cstring>
#include <functional>
#include <gtest/gtest.h>
#include <linux/bpf.h>
#include <sched.h>
#include <sys/resource.h>
#include <thread>

namespace fastpath::test {
namespace {

constexpr uint64_t now_ns = 1'000'000'000;

constexpr const char *two_pools = R"(
az: az1
pools:
  default:
    upstreams:
      - {address: 198.18.1.11, az: az1, weight: 50, max_qps: 1000}
      - {address: 198.18.1.12, az: az1}
      - {address: local}
  corp: {upstreams: [{address: 2001:db8:3::11, az: az2}]}
listen: [{address: 198.18.0.2}, {address: 2001:db8::2, pool: corp, view: corp}]
routes: [{zone: corp.example, pool: corp}, {zone: b.corp.example, pool: default}]
clients: [{prefix: 198.18.9.0/24, pool: corp, view: mta}]
acl: {allow: [198.18.0.0/15]}
)";

constexpr const char *another = R"(
pools: {default: {upstreams: [{address: 198.18.1.12, weight: 7}, {address: 198.18.1.13}]}}
listen: [{address: 198.18.0.2, view: mta}]
acl: {allow: [2001:db8::/32]}
)";

SteeringPlan plan_of(const char *yaml, const KnownNumbers &known) {
    const Config config = parse_config(yaml, "f.yaml").value();
    std::set<IpAddress> listen;
    for (const ListenConfig &item : config.listen) {
        listen.insert(item.address);
    }
    return make_plan(config, listen, known).value();
}

fp_settings settings_with(uint16_t payload_size) {
    fp_settings settings = {};
    settings.payload_size = payload_size;
    settings.first_port = 20'000;
    settings.ports = 4'096;
    return settings;
}

template <class Value, class Key> std::optional<Value> element(int map_fd, const Key &key) {
    Value value = {};
    return bpf_map_lookup_elem(map_fd, &key, &value) == 0 ? std::optional(value) : std::nullopt;
}

template <class Key> std::map<uint32_t, size_t> rows_by_generation(int map_fd) {
    std::map<uint32_t, size_t> rows;
    Key key = {};
    for (const Key *previous = nullptr; bpf_map_get_next_key(map_fd, previous, &key) == 0; previous = &key) {
        ++rows[key.generation];
    }
    return rows;
}

// One object for all: each test opens its maps anew, as a daemon does that takes over.
class SteeringMapsTest : public testing::Test {
  protected:
    static void SetUpTestSuite() {
        auto loaded = Programs::load({.pin_directory = {}, .bucket_count = 64, .hash_key = {}});
        if (!loaded) {
            throw std::runtime_error(loaded.error().message);
        }
        programs_ = std::make_unique<Programs>(std::move(*loaded));
    }
    static void TearDownTestSuite() { programs_.reset(); }

    SteeringMaps open() {
        auto maps = SteeringMaps::open(*programs_, [this] { return wait_(); });
        if (!maps) {
            throw std::runtime_error(maps.error().message);
        }
        return std::move(*maps);
    }

    // As the daemon does it, with every upstream in the tables.
    Result<> apply(const SteeringPlan &plan, const fp_settings &settings = settings_with(1'232)) {
        tables_ = make_tables(plan, [](uint16_t) { return true; });
        return maps_.apply(plan, settings, tables_, now_ns);
    }
    Result<> apply(const char *yaml) { return apply(plan(yaml)); }
    SteeringPlan plan(const char *yaml) { return plan_of(yaml, maps_.known().value()); }

    static int map(const char *name) { return programs_->map(name); }

    static fp_generations generations() { return element<fp_generations>(map("settings"), uint32_t{0}).value(); }

    // As the programs look up.
    static std::optional<fp_listener> listener(const char *address) {
        return element<fp_listener>(map("listeners"),
                                    fp_listener_key{generations().generation, parse_address(address).value().abi()});
    }
    static std::optional<fp_client> client(const char *address) {
        return element<fp_client>(map("clients"), fp_client_key{FP_CLIENT_PREFIX_BITS + 128, generations().generation,
                                                                parse_address(address).value().abi()});
    }
    static std::optional<fp_route> route(const char *zone) {
        fp_route_key key = {};
        key.generation = generations().generation;
        const WireName wire = name_from_text(zone).value();
        std::copy(wire.begin(), wire.end(), std::begin(key.zone));
        return element<fp_route>(map("routes"), key);
    }
    static uint32_t table_id(uint32_t number) { // 0 = there is none
        return element<uint32_t>(map("tables"), number).value_or(0);
    }
    static uint32_t table_number(uint16_t pool, bool is_ipv6, uint8_t tier) {
        return fp_table_number(generations().generation, pool, is_ipv6, tier);
    }
    static std::set<uint32_t> tables_in_half(uint32_t generation) {
        std::set<uint32_t> present;
        for (uint32_t i = 0; i < FP_TABLES_MAX / 2; ++i) {
            const uint32_t number = fp_table_number(generation, 0, 0, 0) + i;
            if (table_id(number) != 0) {
                present.insert(number);
            }
        }
        return present;
    }
    uint16_t number_of(const char *pool, const char *address) {
        return maps_.known().value().upstreams.at({pool, parse_address(address).value()});
    }

    // Nothing of any generation but the one in use.
    static ::testing::AssertionResult has_one_generation() {
        const uint32_t generation = generations().generation;
        for (const auto &rows :
             {rows_by_generation<fp_listener_key>(map("listeners")), rows_by_generation<fp_client_key>(map("clients")),
              rows_by_generation<fp_route_key>(map("routes"))}) {
            for (const auto &[found, count] : rows) {
                if (found != generation) {
                    return ::testing::AssertionFailure() << count << " rows of " << found << " beside " << generation;
                }
            }
        }
        if (!tables_in_half(generation + 1).empty()) {
            return ::testing::AssertionFailure() << "tables of another generation than " << generation;
        }
        return ::testing::AssertionSuccess();
    }

    static std::unique_ptr<Programs> programs_;
    AnswerMaps answers_ = AnswerMaps::open(programs_->answer_maps()).value();
    std::function<bool()> wait_ = [this] { return answers_.wait_for_readers(); };
    SteeringMaps maps_ = open();
    Tables tables_;
    uint16_t gone_ = 0;
};

std::unique_ptr<Programs> SteeringMapsTest::programs_;

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
    std::vector<uint32_t> in_force;
    wait_ = [&] {
        in_force.push_back(generations().generation);
        EXPECT_EQ(rows_by_generation<fp_listener_key>(map("listeners")).count(before), 1U);
        EXPECT_EQ(rows_by_generation<fp_client_key>(map("clients")).count(before), 1U);
        EXPECT_EQ(rows_by_generation<fp_route_key>(map("routes")).count(before), 1U);
        EXPECT_FALSE(tables_in_half(before).empty());
        EXPECT_NE(maps_.upstreams()[gone_].state, uint32_t{FP_UPSTREAM_UNUSED});
        return answers_.wait_for_readers();
    };
    gone_ = number_of("default", "198.18.1.11");
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

TEST_F(SteeringMapsTest, LeavesAnUpstreamThatStaysAsItIs) {
    ASSERT_TRUE(apply(two_pools));
    const uint16_t number = number_of("default", "198.18.1.12");
    maps_.upstreams().set_state(number, FP_UPSTREAM_UP, now_ns + 5);
    ASSERT_TRUE(apply(another));

    EXPECT_EQ(number_of("default", "198.18.1.12"), number);
    const fp_upstream slot = element<fp_upstream>(map("upstreams"), uint32_t{number}).value();
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
    fp_upstream drained = element<fp_upstream>(map("upstreams"), uint32_t{number}).value();
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
    auto tables = SteeringTables::open(map("tables"), programs_->types_of("fp_table"));
    ASSERT_TRUE(tables->put(generation + 1, make_tables(unfinished, [](uint16_t) { return true; })));
    ASSERT_FALSE(has_one_generation());

    SteeringMaps later = open();
    EXPECT_TRUE(has_one_generation());
    EXPECT_TRUE(listener("198.18.0.2"));
}

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

TEST_F(SteeringMapsTest, AStateIsSeenAtOnce) {
    ASSERT_TRUE(apply(two_pools));
    const uint16_t number = number_of("corp", "2001:db8:3::11");
    const auto stored = [&] { return element<fp_upstream>(map("upstreams"), uint32_t{number}).value(); };
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
    const fp_upstream slot = element<fp_upstream>(map("upstreams"), uint32_t{number}).value();
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

// While configs follow each other, packets meet one of them. They differ in the ACL and in what the ACL does, so that mixtures have
// a verdict that none of them has.
class SteeringMapsUnderLoad : public SteeringMapsTest {
  protected:
    struct Verdicts {
        std::atomic<uint64_t> passed = 0;
        std::atomic<uint64_t> refused = 0;
        std::atomic<uint64_t> dropped = 0;
    };

    static void send(const Octets &packet, Verdicts &verdicts) {
        Octets out(packet.size() + 256);
        LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = packet.data(), .data_out = out.data(),
                    .data_size_in = static_cast<uint32_t>(packet.size()),
                    .data_size_out = static_cast<uint32_t>(out.size()), .repeat = 1);
        if (bpf_prog_test_run_opts(programs_->fastpath(), &options) == 0) {
            ++(options.retval == XDP_PASS ? verdicts.passed
                                          : (options.retval == XDP_TX ? verdicts.refused : verdicts.dropped));
        }
    }

    // From another CPU, if there is one.
    void send_until_stopped() {
        cpu_set_t all;
        std::memset(&all, 0xff, sizeof(all));
        ::sched_setaffinity(0, sizeof(all), &all);
        const Octets first = frame(Ipv4{.src = "198.18.5.1"}).octets();
        const Octets second = frame(Ipv4{.src = "198.18.6.1"}).octets();
        while (!stopped_) {
            send(first, of_first_);
            send(second, of_second_);
        }
    }

    static uint64_t others() { return outcome_count(read_counters(map("counters")).value(), FP_OUT_other); }

    std::atomic<bool> stopped_ = false;
    Verdicts of_first_;
    Verdicts of_second_;
};

TEST_F(SteeringMapsUnderLoad, IsTheOldConfigOrTheNew) {
    const auto with = [](fp_acl_action action) {
        fp_settings settings = settings_with(1'232);
        settings.acl_action = static_cast<uint8_t>(action);
        return settings;
    };
    // Three, so that a half of the settings never holds already what comes next.
    const std::pair<SteeringPlan, fp_settings> configs[] = {
        {plan("{listen: [{address: 198.18.0.2}], acl: {allow: [198.18.5.0/24]}}"), with(FP_ACL_DROP)},
        {plan("{listen: [{address: 198.18.0.2}], acl: {allow: [198.18.6.0/24]}}"), with(FP_ACL_REFUSE)},
        {plan("{listen: [{address: 198.18.0.2}], acl: {allow: [198.18.6.0/24]}}"), with(FP_ACL_PASS)},
    };
    ASSERT_TRUE(apply(configs[0].first, configs[0].second));
    const uint64_t others_before = others();
    std::thread sender([this] { send_until_stopped(); });
    Result<> applied;
    for (size_t i = 1; applied && i < 30; ++i) {
        const auto &[planned, settings] = configs[i % std::size(configs)];
        applied = apply(planned, settings);
    }
    stopped_ = true;
    sender.join();

    ASSERT_TRUE(applied) << applied.error().message;
    EXPECT_GT(of_first_.passed, 0U);
    EXPECT_GT(of_first_.refused, 0U);
    EXPECT_EQ(of_first_.dropped, 0U);
    EXPECT_GT(of_second_.passed, 0U);
    EXPECT_GT(of_second_.dropped, 0U);
    EXPECT_EQ(of_second_.refused, 0U);
    EXPECT_EQ(others(), others_before) << "packets that met no listener";
}

} // namespace
} // namespace fastpath::test
