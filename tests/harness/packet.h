// SPDX-License-Identifier: Apache-2.0
// Packet: a frame composed layer by layer. Defaults make a query from a client to the listener; every length, type and
// checksum is computed unless a test sets it.
#pragma once

#include "harness/dns_query.h"
#include "harness/octets.h"

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace fastpath::test {

using Mac = std::array<uint8_t, 6>;

inline constexpr Mac client_mac{0x02, 0, 0, 0, 0, 0x01};
inline constexpr Mac server_mac{0x02, 0, 0, 0, 0, 0x02};

inline constexpr const char *client_ipv4 = "198.18.0.1";
inline constexpr const char *server_ipv4 = "198.18.0.2";
inline constexpr const char *client_ipv6 = "2001:db8::1";
inline constexpr const char *server_ipv6 = "2001:db8::2";

struct Ethernet {
    Mac dst = server_mac;
    Mac src = client_mac;
    std::optional<uint16_t> type{}; // what follows
};

struct Vlan {
    uint16_t tci = 42;          // priority, DEI, id
    uint16_t protocol = 0x8100; // of the tag itself
};

struct Ipv4 {
    std::string src = client_ipv4;
    std::string dst = server_ipv4;
    uint8_t ttl = 57;
    uint8_t tos = 0;
    uint16_t id = 0x4242;
    uint16_t fragment = 0x4000; // flags (DF) and offset
    Octets options{};           // a multiple of four
    uint8_t version = 4;
    std::optional<uint8_t> header_words{};
    std::optional<uint16_t> total_length{};
    std::optional<uint8_t> protocol{};
    std::optional<uint16_t> checksum{};
};

struct Ipv6Extension {
    uint8_t type = 0;              // hop-by-hop
    Octets data{1, 4, 0, 0, 0, 0}; // behind next header and length: PadN
};

struct Ipv6 {
    std::string src = client_ipv6;
    std::string dst = server_ipv6;
    uint8_t hop_limit = 57;
    uint32_t class_and_flow = 0;
    std::vector<Ipv6Extension> extensions{};
    uint8_t version = 6;
    std::optional<uint16_t> payload_length{};
    std::optional<uint8_t> next_header{};
};

struct Udp {
    uint16_t src = 40000;
    uint16_t dst = FP_DNS_PORT;
    std::optional<uint16_t> length{};
    std::optional<uint16_t> checksum{};
};

struct Tcp {
    uint16_t src = 40000;
    uint16_t dst = FP_DNS_PORT;
    uint8_t flags = 0x02; // SYN
};

// Zeros behind the IP datagram, up to the least size of an Ethernet frame without its FCS.
struct Padding {
    size_t frame_size = 60;
};

struct Packet {
    Ethernet ethernet{};
    std::vector<Vlan> vlans{};
    std::variant<Ipv4, Ipv6> ip = Ipv4{};
    std::variant<Udp, Tcp, std::monostate> transport = Udp{};
    DnsQuery dns{};
    std::optional<Octets> payload{};  // instead of `dns`
    std::optional<Octets> verbatim{}; // instead of all: the frame itself
    Padding padding{0};

    void put(Ethernet layer) { ethernet = layer; }
    void put(Vlan layer) { vlans.push_back(layer); }
    void put(Ipv4 layer) { ip = std::move(layer); }
    void put(Ipv6 layer) { ip = std::move(layer); }
    void put(Udp layer) { transport = layer; }
    void put(Tcp layer) { transport = layer; }
    void put(DnsQuery layer) { dns = std::move(layer); }
    void put(Octets layer) { payload = std::move(layer); }
    void put(Padding layer) { padding = layer; }

    [[nodiscard]] Octets octets() const;
};

// frame(Vlan{}, Ipv6{}, Udp{}, DnsQuery{.name = "example.com."}): layers that are not named have their defaults.
template <class... Layers> [[nodiscard]] Packet frame(Layers... layers) {
    Packet packet;
    (packet.put(std::move(layers)), ...);
    return packet;
}

// The frame that carries `message` back to where `query` came from, as a server without a state of its own sends it: same
// tags, TTL 64, DF and id 0 (RFC 6864 4.1), no traffic class.
[[nodiscard]] Packet reply_to(const Packet &query, Octets message);

// The frame of the ICMP (or ICMPv6) error about `query` that its destination sends: 3/3 or 1/4 where nobody has the port.
[[nodiscard]] Octets icmp_about(const Packet &query, uint8_t type, uint8_t code);

} // namespace fastpath::test
