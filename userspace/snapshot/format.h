// SPDX-License-Identifier: Apache-2.0
// The snapshot file as FORMAT.md has it: constants, and what head and records say. How they lie in octets is in codec.cpp.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>

namespace fastpath::snapshot {

constexpr std::array<uint8_t, 8> magic = {'D', 'N', 'S', 'F', 'P', 'S', 'N', 'P'};
constexpr uint32_t format_version = 1;
constexpr size_t preamble_size = magic.size() + sizeof(format_version);

enum class BlockKind : uint32_t { head = 1, answers = 2, end = 3 };

constexpr size_t block_header_size = 16;          // kind, records, octets of the payload, CRC
constexpr size_t max_payload = size_t{256} << 10; // a longer one is damage; bounds the memory of a reader

struct Head {
    uint64_t written_ns = 0;               // CLOCK_REALTIME
    std::map<uint16_t, std::string> views; // names of the numbers in this file
};

// One answer: a question, and the response to it as the resolver sent it, as far as that was kept.
struct Record {
    uint64_t born_ns = 0;   // CLOCK_REALTIME: from when its TTLs count
    uint32_t lifetime = 0;  // seconds
    uint32_t last_used = 0; // seconds after `born_ns`
    uint16_t limit = 0;     // payload size in the OPT of the query, 0 without OPT
    uint16_t view = 0;      // a number of this file
    uint8_t query_bits = 0; // FP_QUERY_*
    uint16_t lead_len = 0; // octets of the first RRset as the resolver sent it: here it may be written out for rotation
    std::span<const uint8_t> message;
};

} // namespace fastpath::snapshot
