// SPDX-License-Identifier: Apache-2.0
// Answers as the daemon would have cached them, made from zone file text: what dns-fastpathctl is tested with.
#pragma once

#include "cache/entry.h"
#include "unit/response_text.h"

#include <array>
#include <cstdint>
#include <dns_fastpath/abi.h>

namespace fastpath::test {

struct CachedQuery {
    uint8_t query_bits = 0;
    uint16_t view = 0;
    uint16_t limit = 0; // payload size in its OPT, 0 without OPT
    uint64_t born_ns = 0;
    std::array<uint32_t, FP_HASH_KEY_WORDS> hash_key = {1, 2, 3, 4, 5, 6, 7, 8};
};

// Throws where the response is none that the daemon would cache.
[[nodiscard]] Entry cached(const ResponseText &text, const CachedQuery &query = {});

} // namespace fastpath::test
