// SPDX-License-Identifier: Apache-2.0
// IP addresses, prefixes and address:port pairs: values that are compared, parsed, printed, and put into BPF maps.
// Not for sockets: who needs a sockaddr makes one where it is used.
#pragma once

#include "util/result.h"

#include <array>
#include <bit>
#include <compare>
#include <cstdint>
#include <dns_fastpath/abi.h>
#include <string>
#include <string_view>

namespace fastpath {

// In network byte order; IPv4 is mapped (::ffff:a.b.c.d), as in every map. "::ffff:192.0.2.1" therefore is 192.0.2.1.
struct IpAddress {
    std::array<std::uint8_t, 16> octets{};

    static constexpr IpAddress from_ipv4(std::array<std::uint8_t, 4> ipv4) {
        return {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, ipv4[0], ipv4[1], ipv4[2], ipv4[3]}};
    }
    static constexpr IpAddress from_abi(const fp_addr &address) {
        return {std::bit_cast<std::array<std::uint8_t, 16>>(address)};
    }
    [[nodiscard]] constexpr fp_addr abi() const { return std::bit_cast<fp_addr>(octets); }

    [[nodiscard]] bool is_ipv4() const;
    [[nodiscard]] bool is_unspecified() const; // 0.0.0.0 or ::
    [[nodiscard]] bool is_link_local() const;  // 169.254.0.0/16, fe80::/10
    [[nodiscard]] bool is_multicast() const;   // the limited broadcast address included

    friend auto operator<=>(const IpAddress &, const IpAddress &) = default;
};

// `length` counts in the 128 bits of the mapped address: 10.0.0.0/8 has 104. Bits beyond it are 0 in what was parsed.
struct IpPrefix {
    IpAddress address;
    std::uint8_t length = 128;

    // Every address of `inner` is one of this. In mapped addresses, so that ::/0 covers IPv4, too.
    [[nodiscard]] bool covers(const IpPrefix &inner) const;

    friend auto operator<=>(const IpPrefix &, const IpPrefix &) = default;
};

struct SocketAddress {
    IpAddress address;
    std::uint16_t port = 0;

    friend auto operator<=>(const SocketAddress &, const SocketAddress &) = default;
};

Result<IpAddress> parse_address(std::string_view text);

// "10.0.0.0/8", "fc00::/7"; an address alone is a prefix of full length. Host bits that are set are an error.
Result<IpPrefix> parse_prefix(std::string_view text);

// "127.0.0.1:9153", "[::1]:9153"; the port is not 0.
Result<SocketAddress> parse_socket_address(std::string_view text);

std::string to_string(const IpAddress &address);
std::string to_string(const IpPrefix &prefix); // IPv4 in its own form and length
std::string to_string(const SocketAddress &address);

} // namespace fastpath
