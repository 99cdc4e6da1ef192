// SPDX-License-Identifier: Apache-2.0
#include "steer_packet.h"

#include "dns/byte_order.h"
#include "harness/checksum.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <optional>

namespace fastpath::test {
namespace {

constexpr uint32_t one = 0xffff; // of one's complement: what is added to 0 to get 0 again

size_t udp_at(const Packet &packet) {
    return 14 + 4 * packet.vlans.size() + (is_ipv6(packet) ? 40 : 20);
}

std::optional<uint16_t> carried_checksum(const Packet &before, const Packet &after) {
    const std::optional<uint16_t> given = udp_of(before).checksum;
    if (!given || *given == half_done_checksum(before)) {
        return std::nullopt;
    }
    if (*given == 0 && !is_ipv6(before)) {
        return *given; // none (RFC 768)
    }
    const uint32_t wrong_by = one + *given - right_checksum(before);
    const uint32_t carried = (right_checksum(after) + wrong_by) % one;
    return static_cast<uint16_t>(carried == 0 ? one : carried);
}

void set_addresses(Packet &packet, const Translation &t) {
    const auto one_hop_less = [](uint8_t hops) { return static_cast<uint8_t>(hops > 1 ? hops - 1 : hops); };
    if (auto *const ipv4 = std::get_if<Ipv4>(&packet.ip)) {
        ipv4->src = t.src;
        ipv4->dst = t.dst;
        ipv4->ttl = one_hop_less(ipv4->ttl);
    } else {
        auto &ipv6 = std::get<Ipv6>(packet.ip);
        ipv6.src = t.src;
        ipv6.dst = t.dst;
        ipv6.hop_limit = one_hop_less(ipv6.hop_limit);
    }
}

void set_message(Packet &packet, const Translation &t) {
    if (packet.payload) {
        store_be16(*packet.payload, 0, t.id);
        return;
    }
    packet.dns.id = t.id;
    if (packet.dns.edns) {
        packet.dns.edns->udp_size = std::min(packet.dns.edns->udp_size, t.payload_size);
    }
}

} // namespace

bool is_ipv6(const Packet &packet) {
    return std::holds_alternative<Ipv6>(packet.ip);
}

std::string source_of(const Packet &packet) {
    return is_ipv6(packet) ? std::get<Ipv6>(packet.ip).src : std::get<Ipv4>(packet.ip).src;
}

std::string destination_of(const Packet &packet) {
    return is_ipv6(packet) ? std::get<Ipv6>(packet.ip).dst : std::get<Ipv4>(packet.ip).dst;
}

Udp udp_of(const Packet &packet) {
    return std::get<Udp>(packet.transport);
}

Packet with_checksum(Packet packet, uint16_t checksum) {
    std::get<Udp>(packet.transport).checksum = checksum;
    return packet;
}

uint16_t half_done_checksum(const Packet &packet) {
    const Octets octets = packet.octets();
    const size_t addresses = is_ipv6(packet) ? 32 : 8;
    const size_t udp = udp_at(packet);
    Checksum sum;
    sum.add(std::span(octets).subspan(udp - addresses, addresses)); // they are the last of either header
    sum.add(uint16_t{IPPROTO_UDP}).add(load_be16(octets, udp + 4));
    return static_cast<uint16_t>(~sum.value());
}

uint16_t right_checksum(Packet packet) {
    std::get<Udp>(packet.transport).checksum.reset();
    return load_be16(packet.octets(), udp_at(packet) + 6);
}

Packet translated(const Packet &packet, const Translation &t) {
    Packet result = packet;
    result.ethernet = t.ethernet;
    result.vlans = t.vlans;
    if (packet.padding.frame_size > 0) {
        result.padding.frame_size += 4 * t.vlans.size();
        result.padding.frame_size -= 4 * packet.vlans.size();
    }
    set_addresses(result, t);
    set_message(result, t);
    result.transport = Udp{.src = t.src_port, .dst = t.dst_port};
    std::get<Udp>(result.transport).checksum = carried_checksum(packet, result);
    return result;
}

} // namespace fastpath::test
