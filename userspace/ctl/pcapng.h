// SPDX-License-Identifier: Apache-2.0
// Blocks of a capture file in the format pcapng (draft-ietf-opsawg-pcapng), which tcpdump and Wireshark read: the older pcap has no
// place for what became of a packet.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace fastpath::ctl {

// The begin of a file, in host byte order.
std::string pcapng_header();

// Ethernet, times in nanoseconds. The first interface of a file has number 0, the next one 1.
std::string pcapng_interface(const std::string &name, uint32_t snap_len);

struct PcapngPacket {
    uint32_t interface;
    uint64_t time_ns; // since 1970
    uint32_t len;     // on the wire
    bool is_leaving;
    uint64_t xdp_verdict;
    std::string comment;
};

std::string pcapng_packet(const PcapngPacket &packet, std::span<const uint8_t> octets);

} // namespace fastpath::ctl
