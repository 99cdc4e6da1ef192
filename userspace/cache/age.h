// SPDX-License-Identifier: Apache-2.0
// How an answer ages, as the reference for the BPF programs: the tests compare them with this. Header only, no state.
#pragma once

#include "dns/byte_order.h"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <dns_fastpath/cache.h>
#include <span>

namespace fastpath {

inline uint16_t fold16(uint64_t sum) {
    while (sum > 0xffff) {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return static_cast<uint16_t>(sum);
}

// One's-complement sum of 16-bit loads in host byte order, the last octet of an odd count padded with a zero (RFC
// 1071 1).
inline uint16_t ones_complement_sum(std::span<const uint8_t> octets) {
    uint64_t sum = 0;
    for (size_t at = 0; at < octets.size(); at += sizeof(uint16_t)) {
        const auto rest = octets.subspan(at);
        uint16_t word = 0;
        std::memcpy(&word, rest.data(), rest.size() < sizeof(word) ? rest.size() : sizeof(word));
        sum += word;
    }
    return fold16(sum);
}

// Whole seconds since the answer was learned.
inline uint32_t age_of(const fp_answer &head, uint64_t now_ns) {
    return now_ns < head.born ? 0 : static_cast<uint32_t>((now_ns - head.born) / FP_NSEC_PER_SEC);
}

// Lowers every TTL of the body. `elapsed` is below the lifetime, and no TTL is below that.
inline void age_body(std::span<uint8_t> body, std::span<const uint16_t> ttl_offsets, uint32_t elapsed) {
    for (const uint16_t at : ttl_offsets) {
        store_be32(body, at, load_be32(body, at) - elapsed);
    }
}

// The sum of the body after age_body(), from that before it; the two zeros of one's complement, 0 and 0xffff, are
// equal.
//
// In one's complement 2^16 is 1, so the two halves of a TTL add up to the TTL itself, and lowering it by `elapsed`
// lowers the sum by `elapsed`: the same for every record, without a look at it. Only where the octets of a TTL fall
// in the 16-bit words matters: swapping the octets of all words swaps those of the sum (RFC 1071 2B).
inline uint16_t aged_sum(const fp_answer &head, uint32_t elapsed) {
    const uint16_t folded = fold16(elapsed);
    const auto swapped = static_cast<uint16_t>(folded << 8 | folded >> 8);
    const bool little_endian = std::endian::native == std::endian::little;
    const uint16_t even = little_endian ? swapped : folded;
    const uint16_t odd = little_endian ? folded : swapped;

    const uint64_t even_count = static_cast<uint64_t>(head.ttl_count) - head.ttl_odd;
    const uint64_t odd_count = head.ttl_odd;
    // To subtract is to add the complement.
    return fold16(head.body_sum + even_count * static_cast<uint16_t>(~even) + odd_count * static_cast<uint16_t>(~odd));
}

} // namespace fastpath
