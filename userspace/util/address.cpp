// SPDX-License-Identifier: Apache-2.0
// IP addresses and prefixes: see address.h. The text forms are those of inet_pton and inet_ntop (RFC 5952).
#include "util/address.h"

#include "util/decimal.h"
#include "util/quote.h"

#include <algorithm>
#include <arpa/inet.h>
#include <optional>

namespace fastpath {

namespace {

constexpr unsigned mapped_bits = 96; // what an IPv4 prefix is longer by when it is mapped
constexpr std::array<std::uint8_t, 12> mapped_octets = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

bool is_ipv6_text(std::string_view text) {
    return text.find(':') != std::string_view::npos;
}

IpAddress without_host_bits(IpAddress address, unsigned length) {
    for (unsigned i = 0; i < address.octets.size(); ++i) {
        const unsigned kept = std::clamp(length, 8 * i, 8 * i + 8) - 8 * i;
        address.octets[i] = static_cast<std::uint8_t>(address.octets[i] & (0xff00U >> kept));
    }
    return address;
}

} // namespace

bool IpAddress::is_ipv4() const {
    return std::equal(mapped_octets.begin(), mapped_octets.end(), octets.begin());
}

bool IpAddress::is_unspecified() const {
    return *this == IpAddress{} || *this == from_ipv4({0, 0, 0, 0});
}

bool IpAddress::is_link_local() const {
    if (is_ipv4()) {
        return octets[12] == 169 && octets[13] == 254;
    }
    return octets[0] == 0xfe && (octets[1] & 0xc0) == 0x80;
}

bool IpAddress::is_multicast() const {
    if (is_ipv4()) {
        return (octets[12] & 0xf0) == 0xe0 || *this == from_ipv4({255, 255, 255, 255});
    }
    return octets[0] == 0xff;
}

bool IpPrefix::covers(const IpPrefix &inner) const {
    return length <= inner.length && without_host_bits(inner.address, length) == address;
}

Result<IpAddress> parse_address(std::string_view text) {
    const std::string terminated(text);
    IpAddress address;
    bool valid = false;
    if (is_ipv6_text(text)) {
        valid = inet_pton(AF_INET6, terminated.c_str(), address.octets.data()) == 1;
    } else {
        std::array<std::uint8_t, 4> ipv4{};
        valid = inet_pton(AF_INET, terminated.c_str(), ipv4.data()) == 1;
        address = IpAddress::from_ipv4(ipv4);
    }
    // inet_pton stops at a NUL octet, which a text may hold.
    if (!valid || text.find('\0') != std::string_view::npos) {
        return fail(in_quotes(text) + " is not an IPv4 or IPv6 address");
    }
    return address;
}

Result<IpPrefix> parse_prefix(std::string_view text) {
    const std::size_t slash = text.find('/');
    const std::string_view address_text = text.substr(0, slash);
    const auto address = parse_address(address_text);
    if (!address) {
        return fail(in_quotes(text) + " is not an IPv4 or IPv6 prefix");
    }
    const bool ipv6 = is_ipv6_text(address_text);
    const unsigned longest = ipv6 ? 128 : 32;
    unsigned length = longest;
    if (slash != std::string_view::npos) {
        const auto number = parse_decimal(text.substr(slash + 1));
        if (!number || *number > longest) {
            return fail(in_quotes(text) + ": the length of an IPv" + (ipv6 ? "6" : "4") +
                        " prefix is a number from 0 to " + std::to_string(longest));
        }
        length = static_cast<unsigned>(*number);
    }
    length += ipv6 ? 0 : mapped_bits;
    const IpPrefix prefix{without_host_bits(*address, length), static_cast<std::uint8_t>(length)};
    if (prefix.address != *address) {
        return fail(in_quotes(text) + " has host bits set; the prefix is " + to_string(prefix));
    }
    return prefix;
}

Result<SocketAddress> parse_socket_address(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    const auto malformed = fail(in_quotes(text) + " is not ADDRESS:PORT or [ADDRESS]:PORT");
    if (colon == std::string_view::npos) {
        return malformed;
    }
    std::string_view host = text.substr(0, colon);
    const bool bracketed = host.starts_with('[') && host.ends_with(']');
    if (bracketed) {
        host = host.substr(1, host.size() - 2);
    }
    const auto address = parse_address(host);
    const auto port = parse_decimal(text.substr(colon + 1));
    if (!address || bracketed != is_ipv6_text(host) || !port || *port < 1 || *port > 65535) {
        return malformed;
    }
    return SocketAddress{*address, static_cast<std::uint16_t>(*port)};
}

std::string to_string(const IpAddress &address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (address.is_ipv4()) {
        inet_ntop(AF_INET, &address.octets[mapped_octets.size()], text.data(), text.size());
    } else {
        inet_ntop(AF_INET6, address.octets.data(), text.data(), text.size());
    }
    return text.data();
}

std::string to_string(const IpPrefix &prefix) {
    // Host bits are 0, so whatever looks mapped is at least 96 bits long.
    const unsigned length = prefix.address.is_ipv4() ? prefix.length - mapped_bits : prefix.length;
    return to_string(prefix.address) + "/" + std::to_string(length);
}

std::string to_string(const SocketAddress &address) {
    const std::string host = to_string(address.address);
    return (address.address.is_ipv4() ? host : "[" + host + "]") + ":" + std::to_string(address.port);
}

} // namespace fastpath
