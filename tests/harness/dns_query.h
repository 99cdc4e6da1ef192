// SPDX-License-Identifier: Apache-2.0
// DnsQuery: a query message from named fields with documented defaults. Every field may be set to what no client would send.
#pragma once

#include "harness/octets.h"

#include <dns_fastpath/dns_wire.h>
#include <optional>
#include <string>

namespace fastpath::test {

// Record types that the tests name; others are written as numbers.
namespace type {
inline constexpr uint16_t a = 1, ns = 2, cname = 5, soa = 6, ptr = 12, mx = 15, txt = 16, aaaa = 28, any = 255;
} // namespace type

// An OPT record (RFC 6891 6.1.2); the defaults are those of a resolver library of today.
struct Edns {
    uint16_t udp_size = 1232;
    uint16_t flags = 0; // FP_EDNS_DO and the unassigned ones
    uint8_t extended_rcode = 0;
    uint8_t version = 0;
    Octets options{};
    Octets owner{0};
    uint16_t type = FP_TYPE_OPT;
    std::optional<uint16_t> options_length{}; // computed

    [[nodiscard]] Octets octets() const;
};

// One EDNS option: code, length, data.
[[nodiscard]] Octets edns_option(uint16_t code, const Octets &data);

struct DnsQuery {
    uint16_t id = 0x1234;
    uint16_t flags = FP_DNS_RD;            // host byte order
    std::string name = "www.example.com."; // as in a zone file; its case is kept
    std::optional<Octets> raw_name{};      // on the wire instead of `name`
    uint16_t qtype = type::a;
    uint16_t qclass = FP_CLASS_IN;
    std::optional<Edns> edns{};
    Octets tail{};            // behind all else
    bool has_question = true; // false: none on the wire, whatever `qdcount` says
    uint16_t qdcount = 1;
    uint16_t ancount = 0;
    uint16_t nscount = 0;
    std::optional<uint16_t> arcount{}; // 1 with EDNS, else 0

    [[nodiscard]] Octets name_octets() const;
    [[nodiscard]] Octets question() const; // name, type, class
    [[nodiscard]] Octets octets() const;
};

} // namespace fastpath::test
