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
    const uint64_t age = now_ns - head.born; // true for a `born` below 0 as well
    return static_cast<int64_t>(age) > 0 ? static_cast<uint32_t>(age / FP_NSEC_PER_SEC) : 0;
}

// When its life ends, CLOCK_MONOTONIC ns; below 0 where that was before this boot.
inline int64_t end_of(const fp_answer &head) {
    return static_cast<int64_t>(head.born + head.lifetime * FP_NSEC_PER_SEC);
}

// The age at which the last tenth of a life begins, the last second at the latest.
inline uint32_t refresh_age(uint32_t lifetime) {
    return lifetime - std::max(1U, lifetime / 10);
}

// Lowers every TTL of the body. `elapsed` is below the lifetime, and no TTL is below that.
inline void age_body(std::span<uint8_t> body, std::span<const uint16_t> ttl_offsets, uint32_t elapsed) {
    for (const uint16_t at : ttl_offsets) {
        store_be32(body, at, load_be32(body, at) - elapsed);
    }
}

// What a hit has to know of a body in the order in which it gives it. One's-complement sums have two zeros, 0 and 0xffff,
// which are equal.
struct BodySums {
    uint16_t body = 0;
    uint16_t ttls = 0; // their share in it
    uint16_t ttl_odd = 0;
};

// The same data one octet further on: the octets of every word change places, and those of the sum (RFC 1071 2B).
inline uint16_t at_other_parity(uint16_t sum) {
    return static_cast<uint16_t>(sum << 8 | sum >> 8);
}

inline BodySums sums_of(std::span<const uint8_t> body, std::span<const uint16_t> ttl_offsets) {
    uint64_t even = 0;
    uint64_t odd = 0;
    uint16_t odd_count = 0;
    for (const uint16_t at : ttl_offsets) {
        (at % 2 == 0 ? even : odd) += ones_complement_sum(body.subspan(at, sizeof(uint32_t)));
        odd_count += at % 2;
    }
    return {
        .body = ones_complement_sum(body), .ttls = fold16(even + at_other_parity(fold16(odd))), .ttl_odd = odd_count};
}

inline BodySums sums_of(const fp_answer &head) {
    return {.body = head.body_sum, .ttls = head.ttl_sum, .ttl_odd = head.ttl_odd};
}

inline BodySums sums_of(const fp_turn &turn) {
    return {.body = turn.body_sum, .ttls = turn.ttl_sum, .ttl_odd = turn.ttl_odd};
}

inline uint32_t ttl_count(const fp_answer &head) {
    return uint32_t{head.ancount} + head.nscount + head.arcount;
}

// What `count` TTLs of this value, `odd` of them at odd offsets of the body, add to its sum. In one's complement 2^16 is
// 1, so the two halves of a TTL add up to the TTL itself: only the parity of its offset matters.
inline uint16_t sum_of_equal_ttls(uint32_t ttl, uint32_t count, uint32_t odd) {
    const uint16_t big_endian = fold16(ttl);
    const uint16_t at_even = std::endian::native == std::endian::little ? at_other_parity(big_endian) : big_endian;
    return fold16(uint64_t{at_even} * (count - odd) + uint64_t{at_other_parity(at_even)} * odd);
}

// The sum of the body after age_body().
inline uint16_t aged_sum(const BodySums &sums, uint32_t count, uint32_t elapsed) {
    const uint16_t taken = sum_of_equal_ttls(elapsed, count, sums.ttl_odd);
    return fold16(uint64_t{sums.body} + static_cast<uint16_t>(~taken)); // to subtract is to add the complement
}

// The sum of the body with every TTL at `ttl`.
inline uint16_t stale_sum(const BodySums &sums, uint32_t count, uint32_t ttl) {
    const uint16_t given = sum_of_equal_ttls(ttl, count, sums.ttl_odd);
    return fold16(uint64_t{sums.body} + static_cast<uint16_t>(~sums.ttls) + given);
}

} // namespace fastpath
