// SPDX-License-Identifier: Apache-2.0
// Domain names: lower-cased wire form inside, presentation form (RFC 1035 5.1) towards people, and the cache key.
#pragma once

#include "util/result.h"

#include <cstddef>
#include <cstdint>
#include <dns_fastpath/abi.h>
#include <dns_fastpath/hash.h>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fastpath {

// Uncompressed, lower-cased, with the root label at its end: at most 255 octets.
using WireName = std::vector<uint8_t>;

// "Mail.Example\.org" or "a\000b.example."; the dot at the end may be left out, there is no origin to complete a name
// with.
[[nodiscard]] Result<WireName> name_from_text(std::string_view text);

// With the dot at the end; escapes what ldns escapes, and gives back what name_from_text() reads.
[[nodiscard]] std::string name_to_text(std::span<const uint8_t> name);

// Expands the name at `at`, which a WireReader has accepted.
[[nodiscard]] WireName expand_name(std::span<const uint8_t> wire, size_t at);

// Both lower-cased wire names.
[[nodiscard]] bool is_at_or_below(std::span<const uint8_t> name, std::span<const uint8_t> zone);

// The key under which BPF finds the answer to this question: the same words in the same order as there.
[[nodiscard]] fp_key key_of(std::span<const uint8_t> name, uint16_t qtype, uint8_t query_bits, uint16_t view,
                            std::span<const uint32_t, FP_HASH_KEY_WORDS> hash_key);

} // namespace fastpath
