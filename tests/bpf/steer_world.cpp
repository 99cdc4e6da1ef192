// SPDX-License-Identifier: Apache-2.0
#include "steer_world.h"

#include "bpf/steering_tables.h"
#include "harness/dns_query.h"
#include "map_element.h"
#include "standings.h"
#include "util/address.h"

#include <algorithm>
#include <bpf/libbpf.h>
#include <dns_fastpath/config.h>
#include <memory>
#include <numeric>
#include <span>

namespace fastpath::test {
namespace {

int map(const char *name) {
    return Loaded::instance().programs.map(name);
}

// Of an array. Does not throw, for the end.
template <class Value> void clear_element(const char *name, uint32_t number) {
    const Value zeros = {};
    bpf_map_update_elem(map(name), &number, &zeros, BPF_ANY);
}

// Once for all, because it knows what it has written.
SteeringTables &tables() {
    static SteeringTables tables = SteeringTables::open(Loaded::instance().programs).value();
    return tables;
}

template <class Value> void clear_slots(const char *name, uint32_t count) {
    std::vector<uint32_t> slots(count);
    std::iota(slots.begin(), slots.end(), 0U);
    put_elements(name, slots, std::vector<Value>(count));
}

std::vector<fp_upstream_counters> counters_of_cpus(uint16_t number) {
    std::vector<fp_upstream_counters> counters(static_cast<size_t>(libbpf_num_possible_cpus()));
    const uint32_t key = number;
    if (bpf_map_lookup_elem(map("upstream_counters"), &key, counters.data()) != 0) {
        throw std::runtime_error("cannot read the map upstream_counters");
    }
    return counters;
}

void clear_counters(uint16_t number) {
    const std::vector<fp_upstream_counters> zeros(static_cast<size_t>(libbpf_num_possible_cpus()));
    const uint32_t key = number;
    if (bpf_map_update_elem(map("upstream_counters"), &key, zeros.data(), BPF_ANY) != 0) {
        throw std::runtime_error("cannot write the map upstream_counters");
    }
}

fp_addr abi_of(const std::string &address) {
    return parse_address(address).value().abi();
}

} // namespace

std::vector<std::string> addresses_of(const std::string &net, int count) {
    std::vector<std::string> addresses;
    for (int i = 0; i < count; i++) {
        addresses.push_back(net + std::to_string(i));
    }
    return addresses;
}

SteeringWorld::SteeringWorld() {
    set_sources(own_ifindex, {source_ipv4}, {source_ipv6});
    set_sources(other_ifindex, {source_ipv4}, {source_ipv6});
    remove_all_elements<fp_flow_key>("flows");
    clear_slots<uint64_t>("attempts", FP_ATTEMPTS_SLOTS);
    clear_slots<fp_asking>("asking", FP_ASKING_SLOTS);
}

SteeringWorld::~SteeringWorld() {
    for (const uint32_t half : {0U, 1U}) {
        (void)tables().put(half, {});
        clear_element<fp_route_filter>("route_filter", half);
    }
    for (const Upstream &upstream : upstreams_) {
        clear_element<fp_upstream>("upstreams", upstream.number);
    }
    remove_all_elements<uint32_t>("interfaces");
    remove_all_elements<fp_route_key>("routes");
    remove_all_elements<fp_flow_key>("flows");
    remove_all_elements<fp_listener_key>("listeners");
    remove_all_elements<fp_client_key>("clients");
    forget_standings();
}

Upstream SteeringWorld::make(const std::string &address, const Place &place) {
    const Upstream upstream = {static_cast<uint16_t>(3 + upstreams_.size()), address}; // not what is in a cleared map
    upstreams_.push_back(upstream);
    fp_upstream value = {};
    value.address = upstream.is_local() ? fp_addr{} : abi_of(address);
    value.is_local = upstream.is_local() ? 1 : 0;
    value.state = FP_UPSTREAM_UP;
    value.tier = place.tier;
    set(upstream, value);
    clear_counters(upstream.number);
    return upstream;
}

Upstream SteeringWorld::add(const std::string &address, const Place &place) {
    const Upstream upstream = make(address, place);
    add_to(place, upstream);
    return upstream;
}

std::vector<Upstream> SteeringWorld::add_all(const std::vector<std::string> &addresses, const Place &place) {
    std::vector<Upstream> added;
    const PlaceOfFamily table = {place, !parse_address(addresses.at(0)).value().is_ipv4()};
    for (const std::string &address : addresses) {
        added.push_back(make(address, place));
        members_[table].push_back(added.back().number);
    }
    write_table(table);
    return added;
}

void SteeringWorld::add_to(const Place &place, const Upstream &upstream) {
    for (const bool is_ipv6 : {false, true}) {
        if (upstream.is_local() || parse_address(upstream.address).value().is_ipv4() != is_ipv6) {
            members_[{place, is_ipv6}].push_back(upstream.number);
            write_table({place, is_ipv6});
        }
    }
}

void SteeringWorld::write_table(const PlaceOfFamily &place) {
    const std::vector<uint16_t> &members = members_.at(place);
    const auto table = std::make_unique<fp_table>();
    table->members = static_cast<uint32_t>(members.size());
    std::copy(members.begin(), members.end(), table->member);
    for (size_t i = 0; i < FP_MAGLEV_SIZE; i++) {
        table->entry[i] = members[i % members.size()];
    }
    set_table(place.first, place.second, *table);
}

void SteeringWorld::set_table(const Place &place, bool is_ipv6, const fp_table &table) {
    Tables &of_generation = tables_[place.generation];
    const auto entry = std::make_shared<Table>();
    entry->entries = table;
    of_generation[{static_cast<uint16_t>(place.pool), is_ipv6, static_cast<uint8_t>(place.tier)}] = entry;
    if (Result<> written = tables().put(place.generation, of_generation); !written) {
        throw std::runtime_error(written.error().message);
    }
}

fp_upstream SteeringWorld::get(const Upstream &upstream) const {
    return get_element<fp_upstream>("upstreams", uint32_t{upstream.number});
}

void SteeringWorld::set(const Upstream &upstream, const fp_upstream &value) {
    put_element("upstreams", uint32_t{upstream.number}, value);
}

void SteeringWorld::set_state(const Upstream &upstream, fp_upstream_state state) {
    fp_upstream value = get(upstream);
    value.state = static_cast<uint32_t>(state);
    set(upstream, value);
}

void SteeringWorld::set_sources(uint32_t ifindex, const std::vector<std::string> &ipv4,
                                const std::vector<std::string> &ipv6) {
    fp_interface interface = {};
    interface.sources[0] = static_cast<uint32_t>(ipv4.size());
    interface.sources[1] = static_cast<uint32_t>(ipv6.size());
    std::transform(ipv4.begin(), ipv4.end(), interface.source[0], abi_of);
    std::transform(ipv6.begin(), ipv6.end(), interface.source[1], abi_of);
    put_element("interfaces", ifindex, interface);
    sources_[{ifindex, false}] = ipv4;
    sources_[{ifindex, true}] = ipv6;
}

void SteeringWorld::add_vlan(uint32_t ifindex, uint32_t parent, uint16_t id) {
    set_sources(ifindex, {vlan_source_ipv4}, {vlan_source_ipv6});
    auto interface = find_element<fp_interface>("interfaces", ifindex).value();
    interface.parent = parent;
    interface.vlan_id = id;
    put_element("interfaces", ifindex, interface);
    vlans_.insert(ifindex);
}

std::vector<std::string> SteeringWorld::sources(uint32_t ifindex, bool is_ipv6) const {
    return sources_.at({ifindex, is_ipv6});
}

void SteeringWorld::route_zone(const std::vector<uint8_t> &zone, uint16_t pool, uint32_t generation) {
    fp_route_key key = {};
    key.generation = generation;
    std::copy(zone.begin(), zone.end(), key.zone);
    put_element("routes", key, fp_route{.pool = pool, .pad = 0});

    uint32_t labels = 0;
    for (size_t at = 0; zone[at] != 0; at += 1U + zone[at]) {
        labels++;
    }
    auto filter = get_element<fp_route_filter>("route_filter", generation & 1);
    filter.labels[zone.size()] |= 1U << std::min(labels, 31U);
    put_element("route_filter", generation & 1, filter);
}

void SteeringWorld::route_zone(const std::string &zone, uint16_t pool, uint32_t generation) {
    route_zone(DnsQuery{.name = zone}.name_octets(), pool, generation);
}

std::vector<OpenFlow> SteeringWorld::flows() {
    std::vector<OpenFlow> all;
    fp_flow_key key = {};
    for (const fp_flow_key *previous = nullptr; bpf_map_get_next_key(map("flows"), previous, &key) == 0;
         previous = &key) {
        all.push_back({key, get_element<fp_flow>("flows", key)});
    }
    return all;
}

void SteeringWorld::put(const OpenFlow &flow) {
    put(std::vector{flow});
}

void SteeringWorld::put(const std::vector<OpenFlow> &flows) {
    std::vector<fp_flow_key> keys;
    std::vector<fp_flow> values;
    std::vector<uint32_t> slots;
    std::vector<fp_asking> asking;
    for (const OpenFlow &open : flows) {
        keys.push_back(open.key);
        values.push_back(open.flow);
        slots.push_back(static_cast<uint32_t>(open.flow.key.hash[0] % FP_ASKING_SLOTS));
        asking.push_back({.port = open.key.port,
                          .id = open.key.id,
                          .asked_ms = static_cast<uint32_t>(open.flow.asked_ns / 1'000'000)});
    }
    put_elements("flows", keys, values);
    put_elements("asking", slots, asking);
}

SteeringWorld::Counters SteeringWorld::counters() const {
    Counters all;
    for (const Upstream &upstream : upstreams_) {
        const std::vector<fp_upstream_counters> cpus = counters_of_cpus(upstream.number);
        fp_upstream_counters &sum = all[upstream.number];
        const std::span<__u64> words(reinterpret_cast<__u64 *>(&sum), sizeof(sum) / sizeof(__u64));
        for (const fp_upstream_counters &cpu : cpus) {
            std::transform(words.begin(), words.end(), reinterpret_cast<const __u64 *>(&cpu), words.begin(),
                           std::plus<>());
        }
    }
    return all;
}

} // namespace fastpath::test
