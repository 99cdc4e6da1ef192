// SPDX-License-Identifier: Apache-2.0
#include "harness/packet.h"

#include "harness/checksum.h"

#include <arpa/inet.h>
#include <stdexcept>

namespace fastpath::test {
namespace {

constexpr uint16_t ether_type_ipv4 = 0x0800;
constexpr uint16_t ether_type_ipv6 = 0x86dd;
constexpr uint8_t protocol_tcp = 6;
constexpr uint8_t protocol_udp = 17;
constexpr uint8_t protocol_none = 59;
constexpr uint8_t reply_hops = 64;

Octets address(int family, const std::string &text) {
    Octets octets(family == AF_INET ? 4 : 16);
    if (::inet_pton(family, text.c_str(), octets.data()) != 1) {
        throw std::invalid_argument("not an address of this family: " + text);
    }
    return octets;
}

struct Addresses {
    Octets src;
    Octets dst;
};

Addresses addresses_of(const Packet &packet) {
    if (const auto *const ipv4 = std::get_if<Ipv4>(&packet.ip)) {
        return {address(AF_INET, ipv4->src), address(AF_INET, ipv4->dst)};
    }
    const auto &ipv6 = std::get<Ipv6>(packet.ip);
    return {address(AF_INET6, ipv6.src), address(AF_INET6, ipv6.dst)};
}

Octets udp_octets(const Udp &udp, const Octets &payload, const Addresses &addresses) {
    const auto size = static_cast<uint16_t>(8 + payload.size());
    const uint16_t length = udp.length.value_or(size);
    Checksum sum;
    sum.add(addresses.src).add(addresses.dst).add(protocol_udp).add(length);
    sum.add(udp.src).add(udp.dst).add(length).add(payload);

    Octets octets;
    append16(octets, udp.src);
    append16(octets, udp.dst);
    append16(octets, length);
    append16(octets, udp.checksum.value_or(sum.value() == 0 ? 0xffff : sum.value())); // RFC 768
    append(octets, payload);
    return octets;
}

Octets tcp_octets(const Tcp &tcp, const Octets &payload, const Addresses &addresses) {
    Octets octets;
    append16(octets, tcp.src);
    append16(octets, tcp.dst);
    append32(octets, 1); // sequence number
    append32(octets, 0);
    append8(octets, 5 << 4);
    append8(octets, tcp.flags);
    append16(octets, 64240); // window
    append32(octets, 0);     // checksum, urgent pointer
    append(octets, payload);
    Checksum sum;
    sum.add(addresses.src).add(addresses.dst).add(protocol_tcp).add(static_cast<uint16_t>(octets.size())).add(octets);
    octets[16] = static_cast<uint8_t>(sum.value() >> 8);
    octets[17] = static_cast<uint8_t>(sum.value());
    return octets;
}

struct Transport {
    uint8_t protocol;
    Octets octets;
};

Transport transport_of(const Packet &packet) {
    const Octets payload = packet.payload.value_or(packet.dns.octets());
    const Addresses addresses = addresses_of(packet);
    if (const auto *const udp = std::get_if<Udp>(&packet.transport)) {
        return {protocol_udp, udp_octets(*udp, payload, addresses)};
    }
    if (const auto *const tcp = std::get_if<Tcp>(&packet.transport)) {
        return {protocol_tcp, tcp_octets(*tcp, {}, addresses)};
    }
    return {protocol_none, payload};
}

Octets ipv4_octets(const Ipv4 &ip, const Transport &transport) {
    const size_t header_size = 20 + ip.options.size();
    const auto words = ip.header_words.value_or(static_cast<uint8_t>(header_size / 4));
    Octets octets;
    append8(octets, static_cast<uint8_t>(ip.version << 4 | words));
    append8(octets, ip.tos);
    append16(octets, ip.total_length.value_or(static_cast<uint16_t>(header_size + transport.octets.size())));
    append16(octets, ip.id);
    append16(octets, ip.fragment);
    append8(octets, ip.ttl);
    append8(octets, ip.protocol.value_or(transport.protocol));
    append16(octets, 0); // checksum
    append(octets, address(AF_INET, ip.src));
    append(octets, address(AF_INET, ip.dst));
    append(octets, ip.options);
    const uint16_t checksum = ip.checksum.value_or(Checksum().add(octets).value());
    octets[10] = static_cast<uint8_t>(checksum >> 8);
    octets[11] = static_cast<uint8_t>(checksum);
    append(octets, transport.octets);
    return octets;
}

Octets ipv6_octets(const Ipv6 &ip, const Transport &transport) {
    Octets extensions;
    for (size_t i = 0; i < ip.extensions.size(); i++) {
        const bool is_last = i + 1 == ip.extensions.size();
        const Octets &data = ip.extensions[i].data;
        append8(extensions, is_last ? transport.protocol : ip.extensions[i + 1].type);
        append8(extensions, static_cast<uint8_t>((data.size() + 2) / 8 - 1));
        append(extensions, data);
    }
    const size_t payload_size = extensions.size() + transport.octets.size();
    const uint8_t first = ip.extensions.empty() ? transport.protocol : ip.extensions.front().type;
    Octets octets;
    append32(octets, static_cast<uint32_t>(ip.version) << 28 | ip.class_and_flow);
    append16(octets, ip.payload_length.value_or(static_cast<uint16_t>(payload_size)));
    append8(octets, ip.next_header.value_or(first));
    append8(octets, ip.hop_limit);
    append(octets, address(AF_INET6, ip.src));
    append(octets, address(AF_INET6, ip.dst));
    append(octets, extensions);
    append(octets, transport.octets);
    return octets;
}

} // namespace

Octets Packet::octets() const {
    if (verbatim) {
        return *verbatim;
    }
    const auto *const ipv4 = std::get_if<Ipv4>(&ip);
    const Transport inner = transport_of(*this);
    Octets octets;
    append(octets, ethernet.dst);
    append(octets, ethernet.src);
    for (const Vlan &vlan : vlans) {
        append16(octets, vlan.protocol);
        append16(octets, vlan.tci);
    }
    append16(octets, ethernet.type.value_or(ipv4 != nullptr ? ether_type_ipv4 : ether_type_ipv6));
    append(octets, ipv4 != nullptr ? ipv4_octets(*ipv4, inner) : ipv6_octets(std::get<Ipv6>(ip), inner));
    if (octets.size() < padding.frame_size) {
        octets.resize(padding.frame_size);
    }
    return octets;
}

Packet reply_to(const Packet &query, Octets message) {
    Packet reply;
    reply.ethernet = {.dst = query.ethernet.src, .src = query.ethernet.dst};
    reply.vlans = query.vlans;
    if (const auto *const ipv4 = std::get_if<Ipv4>(&query.ip)) {
        reply.ip = Ipv4{.src = ipv4->dst, .dst = ipv4->src, .ttl = reply_hops, .id = 0};
    } else {
        const auto &ipv6 = std::get<Ipv6>(query.ip);
        reply.ip = Ipv6{.src = ipv6.dst, .dst = ipv6.src, .hop_limit = reply_hops};
    }
    const auto &udp = std::get<Udp>(query.transport);
    reply.transport = Udp{.src = udp.dst, .dst = udp.src};
    reply.payload = std::move(message);
    return reply;
}

Octets icmp_about(const Packet &query, uint8_t type, uint8_t code) {
    const bool is_ipv6 = std::holds_alternative<Ipv6>(query.ip);
    const Octets original = query.octets();
    const size_t ip_at = 14 + 4 * query.vlans.size();
    const std::span<const uint8_t> all(original);
    Octets packet;
    append(packet, all.first(ip_at + (is_ipv6 ? 40 : 20)));
    packet[ip_at + (is_ipv6 ? 6 : 9)] = is_ipv6 ? 58 : 1;
    append32(packet, static_cast<uint32_t>(type) << 24 | static_cast<uint32_t>(code) << 16);
    append32(packet, 0);
    append(packet, all.subspan(ip_at));
    return packet;
}

} // namespace fastpath::test
