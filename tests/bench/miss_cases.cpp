// SPDX-License-Identifier: Apache-2.0
// Queries that are not answered from the cache: misses, who may not ask; and packets that are none of our business.
#include "case.h"
#include "numbered.h"

#include <utility>

namespace fastpath::test {
namespace {

// As after some time: `open_queries` is full, and each miss takes the place of an old one.
constexpr uint32_t local_ids = FP_OPEN_MAX;

// So many flows are open at most; their ids are drawn.
constexpr uint32_t open_flows = 4096;

DnsQuery query_of_id(uint32_t id) {
    return {.id = static_cast<uint16_t>(id), .name = "mail.example.com.", .edns = Edns{}};
}

Case local(BenchWorld &world) {
    return {.name = "miss/local",
            .packet = RepeatedPacket(numbered(local_ids, [](uint32_t id) { return frame(query_of_id(id)); })),
            .verdict = XDP_PASS,
            .counts = {FP_OUT_miss_local},
            .prepare = [&world] { world.be_local(); }};
}

// A name and an id that come again would be a client's second try, which goes to another upstream.
Case steered(const std::string &name, const PacketOf &query_of, std::function<void()> prepare) {
    return {.name = name,
            .packet = RepeatedPacket(numbered(open_flows, query_of)),
            .verdict = XDP_REDIRECT,
            .counts = {FP_OUT_miss_steered},
            .prepare = std::move(prepare),
            .before_run = [] { BenchWorld::forget_flows(); },
            .in_one_run = open_flows};
}

Packet query_of_other_name(uint32_t number) {
    return frame(
        DnsQuery{.id = static_cast<uint16_t>(number), .name = letters_of(number) + ".example.", .edns = Edns{}});
}

// Each with a zone of its own for every name; all names are asked.
Case routed(BenchWorld &world, uint32_t zones) {
    const std::string parent = ".z" + std::to_string(zones) + ".example.";
    for (uint32_t number = 0; number < zones; number++) {
        world.route(letters_of(number) + parent);
    }
    const auto query = [&](uint32_t number) {
        const uint64_t any = uint64_t{number} * 2654435761; // not in the order in which the map has them
        return frame(DnsQuery{.id = static_cast<uint16_t>(number),
                              .name = letters_of(static_cast<uint32_t>(any % zones)) + parent,
                              .edns = Edns{}});
    };
    return steered("routes/" + std::to_string(zones), query, [&world] { world.be_steering_by_routes(); });
}

Case of_pool(BenchWorld &world, uint16_t pool, const std::string &upstreams) {
    return steered("upstreams/" + upstreams, query_of_other_name, [&world, pool] { world.be_steering(pool); });
}

Case passed(BenchWorld &world, const std::string &what, const Packet &packet, fp_outcome outcome) {
    return {.name = "pass/" + what,
            .packet = RepeatedPacket(packet),
            .verdict = XDP_PASS,
            .counts = {outcome},
            .prepare = [&world] { world.be_local(); }};
}

} // namespace

std::vector<Case> miss_cases(BenchWorld &world) {
    const auto steering = [&world] { world.be_steering(); };
    return {
        local(world),
        steered(
            "miss/steered", [](uint32_t id) { return frame(query_of_id(id)); }, steering),
        steered(
            "miss/steered-ipv6", [](uint32_t id) { return frame(Ipv6{}, query_of_id(id)); }, steering),
        {.name = "refused/ipv4",
         .packet = RepeatedPacket(frame(Ipv4{.src = refused_ipv4}, query_of_id(1))),
         .counts = {FP_OUT_refused},
         .prepare = [&world] { world.be_local(); }},
    };
}

std::vector<Case> choice_cases(BenchWorld &world) {
    return {
        routed(world, 10),
        routed(world, 10'000),
        of_pool(world, pool_of_2, "2"),
        of_pool(world, pool_of_200, "200"),
    };
}

std::vector<Case> pass_cases(BenchWorld &world) {
    return {
        passed(world, "tcp", frame(Tcp{.dst = 443}), FP_OUT_other),
        passed(world, "udp", frame(Udp{.dst = 443}), FP_OUT_other),
        passed(world, "dns-over-tcp", frame(Tcp{}), FP_OUT_pass_tcp),
        passed(world, "no-recursion", frame(DnsQuery{.flags = 0}), FP_OUT_pass_no_recursion),
    };
}

} // namespace fastpath::test
