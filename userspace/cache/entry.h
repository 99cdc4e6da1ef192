// SPDX-License-Identifier: Apache-2.0
// Entry: one answer as it will lie in a slot (dns_fastpath/cache.h), built from a response that the policy accepted. It
// knows nothing of maps; answer_table puts it there.
#pragma once

#include "cache/policy.h"
#include "dns/message.h"

#include <cstdint>
#include <dns_fastpath/cache.h>
#include <tl/expected.hpp>
#include <vector>

namespace fastpath {

struct Entry {
    fp_answer head{};
    fp_answer_class size_class = FP_ANSWER_small;
    std::vector<uint8_t> front; // see cache/front.h
    std::vector<uint8_t> body;
};

// What the response does not tell about the query that it answers.
struct EntryContext {
    fp_key key{};
    uint8_t query_bits = 0;
    uint16_t view = 0;
    uint16_t limit = 0;   // payload size in its OPT, 0 without OPT
    uint64_t born_ns = 0; // CLOCK_MONOTONIC
};

// `lifetime` is what decide() said of the same message with the same policy.
[[nodiscard]] tl::expected<Entry, FillReject> build_entry(const Message &message, const Lifetime &lifetime,
                                                          const EntryContext &context, const CachePolicy &policy);

} // namespace fastpath
