// SPDX-License-Identifier: Apache-2.0
#include "steering_maps_fixture.h"

#include "config/load.h"

#include <algorithm>
#include <stdexcept>

namespace fastpath::test {

std::unique_ptr<Programs> SteeringMapsTest::programs_;

const char *const SteeringMapsTest::two_pools = R"(
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

const char *const SteeringMapsTest::another = R"(
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

void SteeringMapsTest::SetUpTestSuite() {
    auto loaded = Programs::load({.pin_directory = {}, .bucket_count = 64, .hash_key = {}});
    if (!loaded) {
        throw std::runtime_error(loaded.error().message);
    }
    programs_ = std::make_unique<Programs>(std::move(*loaded));
}

SteeringMaps SteeringMapsTest::open() {
    auto maps = SteeringMaps::open(*programs_, [this] { return wait_(); });
    if (!maps) {
        throw std::runtime_error(maps.error().message);
    }
    return std::move(*maps);
}

Result<> SteeringMapsTest::apply(const SteeringPlan &plan, const fp_settings &settings) {
    tables_ = make_tables(plan, [](uint16_t) { return true; });
    return maps_.apply(plan, settings, tables_, now_ns);
}

std::optional<fp_listener> SteeringMapsTest::listener(const char *address) {
    return element<fp_listener>(map("listeners"),
                                fp_listener_key{generations().generation, parse_address(address).value().abi()});
}

std::optional<fp_client> SteeringMapsTest::client(const char *address) {
    return element<fp_client>(map("clients"), fp_client_key{FP_CLIENT_PREFIX_BITS + 128, generations().generation,
                                                            parse_address(address).value().abi()});
}

std::optional<fp_route> SteeringMapsTest::route(const char *zone) {
    fp_route_key key = {};
    key.generation = generations().generation;
    const WireName wire = name_from_text(zone).value();
    std::copy(wire.begin(), wire.end(), std::begin(key.zone));
    return element<fp_route>(map("routes"), key);
}

std::set<uint32_t> SteeringMapsTest::tables_in_half(uint32_t generation) {
    std::set<uint32_t> present;
    for (uint32_t i = 0; i < FP_TABLES_MAX / 2; ++i) {
        const uint32_t number = fp_table_number(generation, 0, 0, 0) + i;
        if (table_id(number) != 0) {
            present.insert(number);
        }
    }
    return present;
}

uint16_t SteeringMapsTest::number_of(const char *pool, const char *address) {
    return maps_.known().value().upstreams.at({pool, parse_address(address).value()});
}

::testing::AssertionResult SteeringMapsTest::has_one_generation() {
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

} // namespace fastpath::test
