// SPDX-License-Identifier: Apache-2.0
// Message: one DNS message that was checked from the first octet to the last, as offsets into it. For the fill path: it
// says what stands where, cache/policy.h says whether that may be cached.
#pragma once

#include "dns/name.h"
#include "dns/parse_error.h"

#include <cstdint>
#include <optional>
#include <span>
#include <tl/expected.hpp>
#include <vector>

namespace fastpath {

enum class Section : uint8_t { answer, authority, additional };

// Offsets count from the first octet of the message; `ttl` is as on the wire.
struct Record {
    Section section = Section::answer;
    uint16_t offset = 0;
    uint16_t name_end = 0;
    uint16_t type = 0;
    uint16_t rclass = 0;
    uint16_t ttl_offset = 0;
    uint16_t rdata_offset = 0;
    uint16_t rdata_len = 0;
    uint16_t end = 0;
    uint32_t ttl = 0;
};

// The OPT record (RFC 6891 6.1.2). Its options are the last `rdata_len` octets before `end`, and well-formed.
struct Opt {
    uint16_t offset = 0;
    uint16_t end = 0;
    uint16_t udp_size = 0;
    uint16_t flags = 0; // FP_EDNS_DO and the unassigned ones
    uint8_t extended_rcode = 0;
    uint8_t version = 0;
    uint16_t rdata_len = 0;
};

struct Message {
    std::span<const uint8_t> wire; // not owned
    uint16_t id = 0;
    uint16_t flags = 0; // host byte order, FP_DNS_*
    WireName qname;
    uint16_t qtype = 0;
    uint16_t qclass = 0;
    uint16_t question_end = 0;
    std::vector<Record> records; // in the order of the message, without OPT
    std::optional<Opt> opt;
    std::vector<uint16_t> pointers; // where compression pointers stand, in all names of all records, ascending

    [[nodiscard]] std::span<const Record> section(Section wanted) const;
    [[nodiscard]] WireName owner(const Record &record) const { return expand_name(wire, record.offset); }
    // For types whose data begin with a name: CNAME, DNAME, NS.
    [[nodiscard]] WireName target(const Record &record) const { return expand_name(wire, record.rdata_offset); }
};

// Accepts a message only if every octet of it is accounted for. `wire` has to outlive the Message.
[[nodiscard]] tl::expected<Message, ParseError> parse_message(std::span<const uint8_t> wire);

} // namespace fastpath
