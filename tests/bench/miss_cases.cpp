// SPDX-License-Identifier: Apache-2.0
// Queries that are not answered from the cache: misses, who may not ask; and packets that are none of our business.
#include "case.h"
#include "numbered.h"

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
template <class Ip> Case steered(BenchWorld &world, const std::string &what, const Ip &ip) {
    return {.name = "miss/" + what,
            .packet = RepeatedPacket(numbered(open_flows, [&](uint32_t id) { return frame(ip, query_of_id(id)); })),
            .verdict = XDP_REDIRECT,
            .counts = {FP_OUT_miss_steered},
            .prepare = [&world] { world.be_steering(); },
            .before_run = [] { BenchWorld::forget_flows(); },
            .in_one_run = open_flows};
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
    return {
        local(world),
        steered(world, "steered", Ipv4{}),
        steered(world, "steered-ipv6", Ipv6{}),
        {.name = "refused/ipv4",
         .packet = RepeatedPacket(frame(Ipv4{.src = refused_ipv4}, query_of_id(1))),
         .counts = {FP_OUT_refused},
         .prepare = [&world] { world.be_local(); }},
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
