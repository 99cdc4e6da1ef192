// SPDX-License-Identifier: Apache-2.0
// Hits of all shapes, and what they are held against. The cache holds nothing else, and is hot.
#include "case.h"

#include "harness/expected_answer.h"
#include "steer_packet.h"

#include <algorithm>

namespace fastpath::test {
namespace {

constexpr const char *host = "mail.example.com.";
constexpr const char *short_host = "mx.test.";

// Of so many octets on the wire.
std::string name_of_length(size_t length) {
    const std::string zone = "test.";
    std::string name;
    for (size_t rest = length - zone.size() - 1; rest > 0;) {
        const size_t label = std::min<size_t>(63, rest - 1);
        name += std::string(label, 'a') + ".";
        rest -= label + 1;
    }
    return name + zone;
}

ResponseText addresses_of_name(const std::string &name, int count) {
    ResponseText response = {.question = name + " IN A"};
    for (int i = 0; i < count; i++) {
        response.answer.push_back(name + " 86400 IN A 192.0.2." + std::to_string(i));
    }
    return response;
}

// One record whose body, name and all, has so many octets.
ResponseText text_of_size(size_t body) {
    constexpr size_t record_head = 12; // a pointer, TYPE, CLASS, TTL, RDLENGTH
    ResponseText response = {.question = std::string(short_host) + " IN TXT"};
    std::string record = std::string(short_host) + " 86400 IN TXT";
    for (size_t rest = body - record_head; rest > 0;) {
        const size_t text = std::min<size_t>(255, rest - 1);
        record += " " + std::string(text, 'x');
        rest -= text + 1;
    }
    response.answer.push_back(record);
    return response;
}

// Of one preference, and with names of different lengths.
ResponseText exchanges(int count) {
    ResponseText response = {.question = "example.com. IN MX"};
    for (int i = 0; i < count; i++) {
        response.answer.push_back("example.com. 86400 IN MX 10 mx" + std::string(static_cast<size_t>(i % 3), 'x') +
                                  std::to_string(i) + ".example.com.");
    }
    return response;
}

ResponseText no_such_name() {
    return {.question = "none.example.com. IN A",
            .flags = FP_DNS_QR | FP_DNS_RD | FP_DNS_RA | FP_RCODE_NXDOMAIN,
            .authority = {"example.com. 3600 IN SOA ns.example.com. host.example.com. 1 7200 3600 86400 3600"}};
}

Octets answer_to(const Packet &query, const ResponseText &response) {
    return reply_to(query, expected_answer(query.dns, response, 0, payload_size)).octets();
}

Case hit(BenchWorld &world, const std::string &what, const Packet &query, const ResponseText &response) {
    Case result = {.name = "hit/" + what, .packet = RepeatedPacket(query), .counts = {FP_OUT_hit}};
    if (!is_ipv6(query) && query.vlans.empty()) {
        result.answer = answer_to(query, response);
    }
    result.prepare = [&world, response] {
        world.be_local();
        BenchWorld::cache(response);
    };
    return result;
}

DnsQuery with_edns(const std::string &name, uint16_t qtype = type::a) {
    return {.name = name, .qtype = qtype, .edns = Edns{.udp_size = payload_size}};
}

} // namespace

std::vector<Case> floor_cases(BenchWorld &world) {
    const Packet query = frame(with_edns(host));
    const Octets answer = answer_to(query, addresses_of_name(host, 1));
    const auto prepare = [&world] { world.be_local(); };
    return {
        {.name = "floor/reflector", .entrance = Entrance::reflect, .packet = RepeatedPacket(query), .prepare = prepare},
        {.name = "floor/answer",
         .entrance = Entrance::floor,
         .packet = RepeatedPacket(query),
         .answer = answer,
         .prepare = prepare},
    };
}

std::vector<Case> hit_cases(BenchWorld &world) {
    const ResponseText one = addresses_of_name(host, 1);
    const DnsQuery asks = with_edns(host);
    std::vector<Case> cases = {
        hit(world, "ipv4", frame(asks), one),
        hit(world, "ipv6", frame(Ipv6{}, asks), one),
        hit(world, "vlan", frame(Vlan{}, asks), one),
        hit(world, "no-edns", frame(DnsQuery{.name = host}), one),
        hit(world, "nxdomain", frame(with_edns("none.example.com.")), no_such_name()),
        hit(world, "mx-8", frame(with_edns("example.com.", type::mx)), exchanges(8)),
    };
    for (const size_t length : {10U, 30U, 100U, 255U}) {
        const std::string name = name_of_length(length);
        cases.push_back(
            hit(world, "name-" + std::to_string(length), frame(with_edns(name)), addresses_of_name(name, 1)));
    }
    for (const size_t size : {16U, 128U, 512U, 1200U}) {
        cases.push_back(
            hit(world, "body-" + std::to_string(size), frame(with_edns(short_host, type::txt)), text_of_size(size)));
    }
    for (const int count : {1, 4, 16}) {
        cases.push_back(hit(world, "records-" + std::to_string(count), frame(asks), addresses_of_name(host, count)));
    }
    return cases;
}

} // namespace fastpath::test
