// SPDX-License-Identifier: Apache-2.0
// Filler: from a response to an answer in the cache, or to a counted reason why not. Whoever brings it: a client's query that the
// learner saw answered, or a refresh of our own.
#pragma once

#include "cache/answer_table.h"
#include "cache/policy.h"

#include <cstddef>
#include <cstdint>
#include <dns_fastpath/counters.h>
#include <dns_fastpath/events.h>
#include <span>
#include <variant>

namespace fastpath {

// What a refresh has brought.
struct Renewed {};
struct NotLonger {
    uint32_t remaining_seconds; // the resolver's own copy, which lives so long; 0 = in its last second
};
struct Superseded {}; // the resolver answers, but what it says is not to be cached
struct RefreshFailed {};
using Renewal = std::variant<Renewed, NotLonger, Superseded, RefreshFailed>;

class Filler {
  public:
    // All outlive this.
    Filler(AnswerTable &table, const CachePolicy &policy, fp_cache_counters &counters, fp_meta &meta)
        : table_(table), policy_(policy), counters_(counters), meta_(meta) {}

    // A record of the ring buffer `learned`: a response to a client's query.
    void fill(std::span<const std::byte> record);
    void fill(const fp_learned &query, std::span<const uint8_t> message);

    // The response to a refresh of `old`, asked at `query.seen_ns`. Replaces it only where that is a gain: the resolver may answer
    // from its cache.
    Renewal renew(const fp_answer &old, const fp_learned &query, std::span<const uint8_t> message);

    void set_policy(const CachePolicy &policy) { policy_ = policy; }
    void expect_no_cookies(bool none) { expects_no_cookies_ = none; }

  private:
    tl::expected<Entry, FillReject> build(const fp_learned &query, std::span<const uint8_t> message) const;
    bool store(const Entry &entry, uint64_t now_ns);
    [[nodiscard]] bool is_worse_than_cached(const Entry &entry, uint64_t now_ns) const;
    [[nodiscard]] bool was_flushed_since(const fp_learned &query) const;
    void reject(FillReject reason);
    void warn_of_cookie();

    AnswerTable &table_;
    CachePolicy policy_;
    fp_cache_counters &counters_;
    fp_meta &meta_;
    bool expects_no_cookies_ = false;
    bool warned_of_cookie_ = false;
};

} // namespace fastpath
