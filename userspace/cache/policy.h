// SPDX-License-Identifier: Apache-2.0
// May this response be cached, and for how long? Pure: a checked message and the settings in, a decision out. What
// every rule rests on is said at the rule, in policy.cpp.
#pragma once

#include "dns/message.h"

#include <cstddef>
#include <cstdint>
#include <dns_fastpath/counters.h>
#include <string_view>
#include <tl/expected.hpp>

namespace fastpath {

// Seconds, but for payload_size; `cache` and `edns` of the config.
struct CachePolicy {
    uint32_t min_ttl = 0;
    uint32_t max_ttl = 86400;
    uint32_t max_negative_ttl = 3600;
    uint32_t failure_ttl = 5; // SERVFAIL; 0 = never
    uint16_t payload_size = 1232;
};

// Why a response is not cached; the table is in dns_fastpath/counters.h.
enum class FillReject : uint8_t {
#define FP_X(name, help) name,
    FP_FILL_REJECTS(FP_X)
#undef FP_X
};

inline constexpr size_t fill_reject_count = FP_FILL_REJECT_COUNT;

[[nodiscard]] constexpr std::string_view label(FillReject reason) {
    switch (reason) {
#define FP_X(name, help)   \
    case FillReject::name: \
        return #name;
        FP_FILL_REJECTS(FP_X)
#undef FP_X
    }
    return "";
}

enum class AnswerKind : uint8_t { positive, negative, failure };

struct Lifetime {
    uint32_t seconds = 0; // at least 1
    AnswerKind kind = AnswerKind::positive;
};

// `query_bits` are the FP_QUERY_* bits of the query that this response answers.
[[nodiscard]] tl::expected<Lifetime, FillReject> decide(const Message &message, uint8_t query_bits,
                                                        const CachePolicy &policy);

// The TTL that a record starts with in the cache. Never below the lifetime that decide() gives to its message.
[[nodiscard]] uint32_t cached_ttl(uint32_t wire_ttl, AnswerKind kind, const CachePolicy &policy);

} // namespace fastpath
