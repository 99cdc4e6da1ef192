// SPDX-License-Identifier: Apache-2.0
#include "steer_fixture.h"

#include "dns/byte_order.h"
#include "harness/expected_answer.h"
#include "map_element.h"
#include "open_queries.h"
#include "util/address.h"

#include <algorithm>
#include <arpa/inet.h>
#include <cstring>

namespace fastpath::test {
namespace {

using ::testing::AssertionFailure;
using ::testing::AssertionResult;
using ::testing::AssertionSuccess;

constexpr uint32_t lo_ifindex = 1;

AssertionResult as_result(const std::string &text) {
    return text.empty() ? AssertionSuccess() : AssertionFailure() << text;
}

// What only the packet itself tells: by what it is to be known again.
struct Drawn {
    std::string source;
    uint16_t port = 0;
    uint16_t id = 0;
};

// From a frame with so many tags; nothing where that is too short.
std::optional<Drawn> drawn_for(const Octets &frame, size_t tags, bool is_ipv6) {
    const size_t udp = 14 + 4 * tags + (is_ipv6 ? 40 : 20);
    if (frame.size() < udp + 8 + FP_DNS_HEADER_LEN) {
        return std::nullopt;
    }
    char text[INET6_ADDRSTRLEN] = {};
    ::inet_ntop(is_ipv6 ? AF_INET6 : AF_INET, &frame[udp - (is_ipv6 ? 32 : 8)], text, sizeof(text));
    return Drawn{text, load_be16(frame, udp), load_be16(frame, udp + 8)};
}

// The word of a response in which RCODE and flags are.
uint16_t flags_of(const Packet &answer) {
    return load_be16(answer.payload.value(), 2);
}

// Behind the header of the client's frame is what was there before.
std::string text_of(fp_flow flow) {
    std::fill(flow.l2 + flow.l2_len, std::end(flow.l2), uint8_t{0});
    return to_hex({reinterpret_cast<const uint8_t *>(&flow), sizeof(flow)});
}

std::string wrong_flow(const OpenFlow &expected) {
    const std::optional<fp_flow> written = find_element<fp_flow>("flows", expected.key);
    if (!written) {
        return "no flow is written down under what the packet says\n";
    }
    const std::string expected_text = text_of(expected.flow);
    const std::string text = text_of(*written);
    return text == expected_text ? "" : "flow: expected " + expected_text + "\n      got      " + text + "\n";
}

std::string wrong_redirect(uint32_t expected) {
    const uint32_t actual = Controlled::instance().take_redirect();
    return actual == expected ? "" : "redirected to interface " + std::to_string(actual) + "\n";
}

// As for a packet of this host's own.
std::string wrong_look_up(const Packet &sent) {
    const bpf_fib_lookup asked = Controlled::instance().route_asked();
    bpf_fib_lookup expected = {};
    const fp_addr to = parse_address(destination_of(sent)).value().abi();
    expected.family = is_ipv6(sent) ? AF_INET6 : AF_INET;
    expected.l4_protocol = IPPROTO_UDP;
    expected.ifindex = lo_ifindex;
    if (is_ipv6(sent)) {
        std::copy(std::begin(to.word), std::end(to.word), expected.ipv6_dst);
    } else {
        expected.ipv4_dst = to.word[3];
    }
    return std::memcmp(&asked, &expected, sizeof(asked)) == 0 ? "" : "the look-up of the route is wrong\n";
}

} // namespace

void Steering::SetUp() {
    VirtualTime::SetUp();
    fp_settings settings = default_settings();
    settings.steers = 1;
    set(settings);
    show_life(now_ns());
    (void)world();
    leave_by(own_ifindex);
}

void Steering::set_route(const Route &route) {
    route_ = route;
    Controlled::instance().set_route(route);
}

void Steering::use_zone_routes() {
    fp_settings with_routes = settings();
    with_routes.has_routes = 1;
    set(with_routes);
}

void Steering::pass(uint32_t seconds) {
    advance(seconds);
    show_life(now_ns());
}

// By the wire by which it came, also where the route is over a VLAN interface upon that, its tags stay; another one sees none.
Steering::Leaving Steering::leaving_of(const Packet &query) {
    Leaving leaving = {.vlans = query.vlans, .sources = world().sources(route_.ifindex, is_ipv6(query))};
    if (route_.ifindex != own_ifindex && !world().is_vlan(route_.ifindex)) {
        leaving.redirect = route_.ifindex;
        leaving.vlans.clear();
    }
    return leaving;
}

OpenFlow Steering::expected_flow(const Packet &query, const Packet &sent, const Upstream &upstream,
                                 uint16_t view) const {
    OpenFlow open = {};
    open.key.upstream = parse_address(destination_of(sent)).value().abi();
    open.key.source = parse_address(source_of(sent)).value().abi();
    open.key.port = htons(udp_of(sent).src);
    open.key.id = htons(sent.dns.id);
    fp_flow &flow = open.flow;
    flow.client = parse_address(source_of(query)).value().abi();
    flow.listener = parse_address(destination_of(query)).value().abi();
    flow.key = key_of_query(query.dns, view);
    flow.asked_ns = now_ns();
    flow.ifindex = own_ifindex;
    flow.client_port = htons(udp_of(query).src);
    flow.client_id = htons(query.dns.id);
    flow.upstream = upstream.number;
    if (query.dns.edns) {
        flow.limit = std::max<uint16_t>(sent.dns.edns->udp_size, FP_DNS_UDP_MIN);
    }
    flow.view = view;
    flow.query_bits = bits_of(query.dns);
    flow.l2_len = static_cast<uint8_t>(14 + 4 * query.vlans.size());
    std::copy_n(query.octets().begin(), flow.l2_len, flow.l2);
    return open;
}

// Buckets double, from 32 microseconds on.
void Steering::count_answer(fp_upstream_counters &counters, uint16_t rcode, uint64_t rtt_ns) {
    size_t bucket = 0;
    for (uint64_t limit_us = 32; bucket < FP_RTT_BUCKETS - 1 && rtt_ns > limit_us * 1000; limit_us *= 2) {
        bucket++;
    }
    counters.responses++;
    counters.servfail += rcode == FP_RCODE_SERVFAIL ? 1 : 0;
    counters.refused += rcode == FP_RCODE_REFUSED ? 1 : 0;
    counters.rtt_ns += rtt_ns;
    counters.rtt[bucket]++;
}

std::string Steering::wrong_counters(const SteeringWorld::Counters &expected) {
    const SteeringWorld::Counters actual = world().counters();
    std::string text;
    for (const auto &[number, counters] : expected) {
        if (std::memcmp(&counters, &actual.at(number), sizeof(counters)) != 0) {
            text += "the counters of upstream " + std::to_string(number) + " are wrong\n";
        }
    }
    return text;
}

AssertionResult Steering::steers(const Packet &query, const Upstream &upstream, uint16_t view) {
    const Leaving leaving = leaving_of(query);
    SteeringWorld::Counters counters = world().counters();
    const Effect effect = run(query.octets());
    const auto drawn = drawn_for(effect.packet, leaving.vlans.size(), is_ipv6(query));
    if (effect.outcome() != FP_OUT_miss_steered || !drawn) {
        return AssertionFailure() << effect.text();
    }
    const Packet sent = translated(query, {.ethernet = {.dst = route_.gateway, .src = route_.own},
                                           .vlans = leaving.vlans,
                                           .src = drawn->source,
                                           .dst = upstream.address,
                                           .src_port = drawn->port,
                                           .dst_port = FP_DNS_PORT,
                                           .id = drawn->id,
                                           .payload_size = settings().payload_size});
    std::string text = mismatch(effect,
                                {.verdict = leaving.redirect != 0 ? XDP_REDIRECT : XDP_TX,
                                 .outcome = FP_OUT_miss_steered,
                                 .packet = sent.octets()},
                                query.dns.qtype);
    if (std::find(leaving.sources.begin(), leaving.sources.end(), drawn->source) == leaving.sources.end()) {
        text += "it is sent from " + drawn->source + "\n";
    }
    if (drawn->port < settings().first_port || drawn->port >= settings().first_port + settings().ports) {
        text += "it is sent from port " + std::to_string(drawn->port) + "\n";
    }
    const OpenFlow flow = expected_flow(query, sent, upstream, view);
    counters[upstream.number].queries++;
    text += wrong_redirect(leaving.redirect) + wrong_flow(flow) + wrong_look_up(sent) + wrong_counters(counters);
    steered_ = {query, sent, upstream, flow};
    return as_result(text);
}

AssertionResult Steering::comes_home(const Packet &answer, const Steered &query) {
    const uint16_t rcode = flags_of(answer) & FP_DNS_RCODE;
    SteeringWorld::Counters counters = world().counters();
    count_answer(counters[query.upstream.number], rcode, now_ns() - query.flow.flow.asked_ns);

    const Packet &asked = query.query;
    const Packet given = translated(answer, {.ethernet = {.dst = asked.ethernet.src, .src = asked.ethernet.dst},
                                             .vlans = asked.vlans,
                                             .src = destination_of(asked),
                                             .dst = source_of(asked),
                                             .src_port = FP_DNS_PORT,
                                             .dst_port = udp_of(asked).src,
                                             .id = asked.dns.id});
    const uint32_t redirect = query.flow.flow.ifindex == own_ifindex ? 0 : query.flow.flow.ifindex;
    std::string text = mismatch(run(answer.octets()),
                                {.verdict = redirect != 0 ? XDP_REDIRECT : XDP_TX,
                                 .outcome = FP_OUT_answered,
                                 .packet = given.octets(),
                                 .rcode = rcode},
                                asked.dns.qtype);
    text += wrong_redirect(redirect) + wrong_counters(counters);
    text += find_element<fp_flow>("flows", query.flow.key) ? "the flow is still open\n" : "";
    return as_result(text);
}

AssertionResult Steering::asks_local(const Packet &query, fp_outcome why, const std::optional<Upstream> &member) {
    SteeringWorld::Counters counters = world().counters();
    if (member) {
        counters[member->number].queries++;
    }
    forget_open_queries();
    if (AssertionResult passed = passes(query, why); !passed) {
        return passed;
    }
    std::string text = wrong_counters(counters);
    const std::optional<fp_open_query> open = find_open_query(query);
    if (open.has_value() != (why == FP_OUT_miss_local)) {
        text += open ? "it is written down for the learner\n" : "it is not written down for the learner\n";
    } else if (open && open->upstream != (member ? member->number : FP_UPSTREAM_NONE)) {
        text += "it is written down as that of upstream " + std::to_string(open->upstream) + "\n";
    }
    return as_result(text);
}

AssertionResult Steering::goes_and_comes(const Packet &query, const Upstream &upstream) {
    if (AssertionResult went = steers(query, upstream); !went) {
        return went << " (there)";
    }
    return comes_home(answer_to(steered()), steered()) << " (and back)";
}

AssertionResult Steering::is_dropped(const Packet &packet, fp_outcome outcome) {
    const std::vector<OpenFlow> before = SteeringWorld::flows();
    const SteeringWorld::Counters counters = world().counters();
    if (AssertionResult dropped = drops(packet, outcome); !dropped) {
        return dropped;
    }
    std::string text = wrong_counters(counters);
    for (const OpenFlow &flow : before) {
        text += wrong_flow(flow);
    }
    return as_result(text);
}

AssertionResult Steering::is_left_alone(const Packet &packet) {
    const std::vector<OpenFlow> before = SteeringWorld::flows();
    std::string text;
    if (AssertionResult passed = passes(packet, FP_OUT_other); !passed) {
        return passed;
    }
    for (const OpenFlow &flow : before) {
        text += wrong_flow(flow);
    }
    return as_result(text);
}

Steered Steering::sends(const Packet &query, const Upstream &upstream, uint16_t view) {
    EXPECT_TRUE(steers(query, upstream, view));
    return steered();
}

Packet Steering::answer_to(const Steered &query) {
    return answer_with(query, expected_empty_answer(query.sent.dns, FP_DNS_RA));
}

Packet Steering::answer_to(const Steered &query, const ResponseText &response) {
    return answer_with(query, expected_answer(query.sent.dns, response, 0));
}

Packet Steering::answer_with(const Steered &query, Octets message) {
    Packet answer = reply_to(query.sent, std::move(message));
    if (auto *const ipv4 = std::get_if<Ipv4>(&answer.ip)) {
        *ipv4 = {.src = ipv4->src, .dst = ipv4->dst, .ttl = 60, .tos = 0x28, .id = 0x5151, .fragment = 0};
    } else {
        auto &ipv6 = std::get<Ipv6>(answer.ip);
        ipv6.hop_limit = 60;
        ipv6.class_and_flow = 0x02812345;
    }
    return answer;
}

} // namespace fastpath::test
