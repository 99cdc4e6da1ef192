// SPDX-License-Identifier: Apache-2.0
// One upstream of each family, one open query of each; then whatever keeps a packet from its way.
#include "dice.h"
#include "outcome_cases.h"
#include "steer_fixture.h"
#include "steer_packet.h"
#include "util/address.h"

#include <arpa/inet.h>

namespace fastpath::test {
namespace {

using Cases = std::vector<OutcomeCase>;

constexpr uint16_t open_port = first_source_port + 7;
constexpr uint16_t open_id = 0x4711;

void set_route(uint32_t result, uint32_t ifindex = own_ifindex) {
    Controlled::instance().set_route(
        {.result = result, .ifindex = ifindex, .gateway = gateway_mac, .own = leaving_mac});
}

// What `settings` says, in virtual time, with everybody up.
void begin(FastPath &test, const fp_settings &settings) {
    test.set_room({});
    test.set(settings);
    show_life(test.now_ns());
    set_route(BPF_FIB_LKUP_RET_SUCCESS);
    test.steering().add(upstream_ipv4);
    test.steering().add(upstream_ipv6);
}

fp_settings steering_settings() {
    fp_settings settings = default_settings();
    settings.steers = 1;
    return settings;
}

void steer(FastPath &test) {
    begin(test, steering_settings());
}

void mark_as_upstream(const char *address) {
    set_client(address, {.allowed = 1, .is_upstream = 1, .view = FP_VIEW_NONE, .pool = FP_POOL_NONE, .pad = 0});
}

// As if a client had asked a moment ago.
OpenFlow open_flow(const FastPath &test, const char *upstream, const char *source, const Packet &query) {
    OpenFlow open = {};
    open.key.upstream = parse_address(upstream).value().abi();
    open.key.source = parse_address(source).value().abi();
    open.key.port = htons(open_port);
    open.key.id = htons(open_id);
    open.flow.client = parse_address(source_of(query)).value().abi();
    open.flow.listener = parse_address(destination_of(query)).value().abi();
    open.flow.key = test.key_of_query(query.dns);
    open.flow.asked_ns = test.now_ns();
    open.flow.ifindex = own_ifindex;
    open.flow.client_port = htons(udp_of(query).src);
    open.flow.client_id = htons(query.dns.id);
    open.flow.upstream = 3;
    open.flow.view = default_view;
    open.flow.l2_len = 14;
    std::copy_n(query.octets().begin(), open.flow.l2_len, open.flow.l2);
    return open;
}

void wait_for_answers(FastPath &test) {
    steer(test);
    mark_as_upstream(upstream_ipv4);
    mark_as_upstream(upstream_ipv6);
    SteeringWorld::put(open_flow(test, upstream_ipv4, source_ipv4, frame(Ipv4{})));
    SteeringWorld::put(open_flow(test, upstream_ipv6, source_ipv6, frame(Ipv6{})));
}

void take_the_next_flows(FastPath &test) {
    fp_settings settings = steering_settings();
    begin(test, settings);
    OpenFlow taken = open_flow(test, upstream_ipv4, source_ipv4, frame());
    for (const Throw &thrown : next_throws(settings, 4)) {
        taken.key.port = htons(thrown.port);
        taken.key.id = htons(thrown.id);
        SteeringWorld::put(taken);
    }
}

Cases miss_cases() {
    return {
        {FP_OUT_miss_steered, "ipv4", frame(), steer},
        {FP_OUT_miss_steered, "ipv6", frame(Ipv6{}), steer},
        {FP_OUT_miss_from_upstream, "ipv4", frame(Ipv4{.src = upstream_ipv4}),
         [](FastPath &test) {
             steer(test);
             mark_as_upstream(upstream_ipv4);
         }},
        {FP_OUT_miss_no_upstream, "no_table", frame(),
         [](FastPath &test) {
             test.set(steering_settings());
             show_life(coarse_now_ns());
         }},
        {FP_OUT_miss_no_daemon, "never_seen", frame(),
         [](FastPath &test) {
             steer(test);
             set_heartbeat(0);
         }},
        {FP_OUT_miss_no_route, "unreachable", frame(Ipv6{}),
         [](FastPath &test) {
             steer(test);
             set_route(BPF_FIB_LKUP_RET_UNREACHABLE);
         }},
        {FP_OUT_miss_no_route, "not_attached", frame(),
         [](FastPath &test) {
             steer(test);
             set_route(BPF_FIB_LKUP_RET_SUCCESS, strange_ifindex);
         }},
        {FP_OUT_miss_no_neighbour, "ipv4", frame(),
         [](FastPath &test) {
             steer(test);
             set_route(BPF_FIB_LKUP_RET_NO_NEIGH);
         }},
        {FP_OUT_miss_no_source, "ipv6", frame(Ipv6{}),
         [](FastPath &test) {
             steer(test);
             test.steering().set_sources(own_ifindex, {source_ipv4}, {});
         }},
        {FP_OUT_miss_no_flow, "all_thrown_are_taken", frame(), take_the_next_flows},
        {FP_OUT_miss_hop_limit, "ipv4", frame(Ipv4{.ttl = 1}), steer},
        {FP_OUT_miss_hop_limit, "ipv6", frame(Ipv6{.hop_limit = 1}), steer},
    };
}

Cases answer_cases() {
    const DnsQuery answer = {.id = open_id, .flags = FP_DNS_QR | FP_DNS_RD | FP_DNS_RA};
    const Udp to_us = {.src = FP_DNS_PORT, .dst = open_port};
    const Ipv4 over_ipv4 = {.src = upstream_ipv4, .dst = source_ipv4};
    const Ipv6 over_ipv6 = {.src = upstream_ipv6, .dst = source_ipv6};
    const Packet asked =
        frame(Ipv4{.src = source_ipv4, .dst = upstream_ipv4}, Udp{.src = open_port}, DnsQuery{.id = open_id});
    DnsQuery another = answer;
    another.name = "another.example.";
    DnsQuery question = answer;
    question.flags = FP_DNS_RD;
    return {
        {FP_OUT_answered, "ipv4", frame(over_ipv4, to_us, answer), wait_for_answers},
        {FP_OUT_answered, "ipv6", frame(over_ipv6, to_us, answer), wait_for_answers},
        {FP_OUT_drop_unasked, "other_id", frame(over_ipv4, to_us, DnsQuery{.flags = FP_DNS_QR}), wait_for_answers},
        {FP_OUT_drop_unasked, "ipv6_other_id", frame(over_ipv6, to_us, DnsQuery{.flags = FP_DNS_QR}), wait_for_answers},
        {FP_OUT_drop_question, "other_name", frame(over_ipv4, to_us, another), wait_for_answers},
        {FP_OUT_drop_answer, "a_query", frame(over_ipv6, to_us, question), wait_for_answers},
        {FP_OUT_drop_icmp, "port_unreachable", Packet{.verbatim = icmp_about(asked, 3, 3)}, wait_for_answers},
        {FP_OUT_other, "answer_of_a_stranger", frame(Ipv4{.src = "198.18.200.1", .dst = source_ipv4}, to_us, answer),
         wait_for_answers},
    };
}

} // namespace

Cases steering_outcome_cases() {
    Cases cases = miss_cases();
    const Cases more = answer_cases();
    cases.insert(cases.end(), more.begin(), more.end());
    return cases;
}

} // namespace fastpath::test
