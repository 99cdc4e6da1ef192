// SPDX-License-Identifier: Apache-2.0
// The `front` of a slot (dns_fastpath/cache.h): name, TTL offsets and turns, in one place of octets. What is read is
// expected to have the length that front_size() says.
#pragma once

#include "cache/turns.h"
#include "dns/name.h"

#include <cstddef>
#include <cstdint>
#include <dns_fastpath/cache.h>
#include <span>
#include <vector>

namespace fastpath {

[[nodiscard]] size_t front_size(size_t name_len, size_t ttl_count, size_t turn_count);
[[nodiscard]] size_t front_size(const fp_answer &head);

[[nodiscard]] std::vector<uint8_t> make_front(const WireName &qname, std::span<const uint16_t> ttl_offsets,
                                              const Turns &turns);

[[nodiscard]] std::vector<uint16_t> ttl_offsets_of(const fp_answer &head, std::span<const uint8_t> front);
[[nodiscard]] Turns turns_of(const fp_answer &head, std::span<const uint8_t> front);

} // namespace fastpath
