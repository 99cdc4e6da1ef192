// SPDX-License-Identifier: Apache-2.0
// What a router with address translation makes of a packet (RFC 3022), composed anew layer by layer, so that every sum in it is
// one that the product did not compute.
#pragma once

#include "harness/packet.h"

#include <string>
#include <vector>

namespace fastpath::test {

struct Translation {
    Ethernet ethernet;
    std::vector<Vlan> vlans;
    std::string src;
    std::string dst;
    uint16_t src_port;
    uint16_t dst_port;
    uint16_t id;
    uint16_t payload_size = 0xffff; // the most that an OPT may offer
};

// One hop less; what is wrong with a UDP checksum stays wrong by as much, one that is half done is finished.
[[nodiscard]] Packet translated(const Packet &packet, const Translation &translation);

[[nodiscard]] bool is_ipv6(const Packet &packet);
[[nodiscard]] std::string source_of(const Packet &packet);
[[nodiscard]] std::string destination_of(const Packet &packet);
[[nodiscard]] Udp udp_of(const Packet &packet);
[[nodiscard]] Packet with_checksum(Packet packet, uint16_t checksum);

// What the checksum field holds that an interface is to finish: the sum of the pseudo header (CHECKSUM_PARTIAL).
[[nodiscard]] uint16_t half_done_checksum(const Packet &packet);
// What it has to be.
[[nodiscard]] uint16_t right_checksum(Packet packet);

} // namespace fastpath::test
