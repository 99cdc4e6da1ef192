// SPDX-License-Identifier: Apache-2.0
#include "bench_world.h"

#include "dns/name.h"
#include "harness/process.h"
#include "map_element.h"
#include "open_queries.h"
#include "steer_packet.h"
#include "util/address.h"
#include "util/clock.h"
#include "world.h"

#include <algorithm>
#include <arpa/inet.h>
#include <net/if.h>
#include <sched.h>
#include <system_error>

namespace fastpath::test {
namespace {

constexpr uint16_t local_pool = 0;
constexpr uint16_t first_upstream = 3; // number of the first that SteeringWorld adds

// Upstreams are neighbours, as behind a gateway; lo is the interface by which the packets of BPF_PROG_TEST_RUN come.
constexpr const char *network = "link set lo up\n"
                                "link add up0 type veth peer name up1\n"
                                "link set up0 up\n"
                                "link set up1 up\n"
                                "addr add 198.18.1.1/16 dev up0\n"
                                "addr add 2001:db8:1::1/64 dev up0 nodad\n";

std::string neighbour(const std::string &address) {
    return "neigh replace " + address + " lladdr 02:00:00:00:00:0a dev up0 nud permanent\n";
}

struct PoolOfFamily {
    uint16_t pool;
    std::vector<std::string> upstreams;
};

std::vector<PoolOfFamily> pools() {
    return {{usual_pool, addresses_of("198.18.1.1", 3)},
            {usual_pool, addresses_of("2001:db8:1::1", 3)},
            {pool_of_2, addresses_of("198.18.2.", 2)},
            {pool_of_200, addresses_of("198.18.3.", 200)}};
}

void enter_own_network() {
    if (::unshare(CLONE_NEWNET) != 0) {
        throw std::system_error(errno, std::generic_category(), "unshare");
    }
    std::string commands = network;
    for (const PoolOfFamily &pool : pools()) {
        for (const std::string &address : pool.upstreams) {
            commands += neighbour(address);
        }
    }
    if (const Finished done = run({"ip", "-batch", "-"}, commands); done.exit_code != 0) {
        throw std::runtime_error("ip: " + done.output);
    }
}

void listen_with_pool(uint16_t pool) {
    set_listener(server_ipv4, {.view = default_view, .pool = pool, .pad = 0});
    set_listener(server_ipv6, {.view = default_view, .pool = pool, .pad = 0});
}

fp_addr abi_of(const std::string &address) {
    return parse_address(address).value().abi();
}

fp_key key_of_query(const DnsQuery &query) {
    return key_of(expand_name(query.name_octets(), 0), query.qtype, 0, default_view, Loaded::instance().hash_key);
}

uint16_t limit_of(const DnsQuery &query) {
    return query.edns ? std::min(query.edns->udp_size, payload_size) : uint16_t{0};
}

fp_settings settings() {
    fp_settings settings = default_settings();
    settings.payload_size = payload_size;
    return settings;
}

} // namespace

OpenFlow open_flow(const Packet &query, const Packet &sent) {
    OpenFlow open = {};
    open.key.upstream = abi_of(destination_of(sent));
    open.key.source = abi_of(source_of(sent));
    open.key.port = htons(udp_of(sent).src);
    open.key.id = htons(sent.dns.id);
    open.flow.client = abi_of(source_of(query));
    open.flow.listener = abi_of(destination_of(query));
    open.flow.key = key_of_query(query.dns);
    open.flow.ifindex = own_ifindex;
    open.flow.client_port = htons(udp_of(query).src);
    open.flow.client_id = htons(query.dns.id);
    open.flow.upstream = first_upstream;
    open.flow.limit = limit_of(query.dns);
    open.flow.view = default_view;
    open.flow.l2_len = 14;
    std::copy_n(query.octets().begin(), open.flow.l2_len, open.flow.l2);
    return open;
}

void OpenQueries::add(const Packet &query) {
    fp_open_query open = {};
    open.key = key_of_query(query.dns);
    open.limit = limit_of(query.dns);
    open.view = default_view;
    open.outstanding = 1;
    open.upstream = FP_UPSTREAM_NONE;
    keys.push_back(open_key_of(query));
    values.push_back(open);
}

BenchWorld::BenchWorld() {
    enter_own_network();
    if (const Result<> on = forwarding_.switch_on(); !on) {
        throw std::runtime_error(on.error().message);
    }
    set_addresses();
    steering_.set_sources(::if_nametoindex("up0"), {"198.18.1.1"}, {"2001:db8:1::1"});
    for (const PoolOfFamily &pool : pools()) {
        steering_.add_all(pool.upstreams, {.pool = pool.pool});
    }
}

void BenchWorld::be_local() {
    Loaded::instance().table.remove_if([](const StoredAnswer &) { return true; });
    listen_with_pool(local_pool);
    set_settings(settings());
    refresh();
}

void BenchWorld::be_steering(uint16_t pool) {
    be_local();
    listen_with_pool(pool);
    fp_settings steering = settings();
    steering.steers = 1;
    set_settings(steering);
}

void BenchWorld::be_steering_by_routes() {
    be_local();
    fp_settings steering = settings();
    steering.steers = 1;
    steering.has_routes = 1;
    set_settings(steering);
}

void BenchWorld::route(const std::string &zone) {
    steering_.route_zone(zone, usual_pool);
}

void BenchWorld::refresh() {
    show_life(coarse_now_ns());
    (void)ring_.consume();
}

void BenchWorld::cache(const ResponseText &response) {
    insert_entry(make_entry(response, {.limit = payload_size, .turns = true}, coarse_now_ns()));
}

void BenchWorld::forget_flows() {
    constexpr uint32_t at_once = 8192; // more than a bucket of the map ever holds, which a batch takes as a whole
    std::vector<fp_flow_key> keys(at_once);
    std::vector<fp_flow> flows(at_once);
    uint64_t position = 0;
    int code = 0;
    for (bool is_first = true; code == 0; is_first = false) {
        uint32_t count = at_once;
        code = bpf_map_lookup_and_delete_batch(Loaded::instance().programs.map("flows"), is_first ? nullptr : &position,
                                               &position, keys.data(), flows.data(), &count, nullptr);
    }
    if (errno != ENOENT) { // that was the last one
        throw std::system_error(errno, std::generic_category(), "the map flows");
    }
}

void BenchWorld::open(std::vector<OpenFlow> &flows) {
    const uint64_t now = monotonic_ns();
    for (OpenFlow &flow : flows) {
        flow.flow.asked_ns = now;
    }
    SteeringWorld::put(flows);
}

void BenchWorld::open(OpenQueries &queries) {
    for (fp_open_query &value : queries.values) {
        value.asked_ns = monotonic_ns();
    }
    put_elements("open_queries", queries.keys, queries.values);
}

} // namespace fastpath::test
