// SPDX-License-Identifier: Apache-2.0
// Reply: what came of a client's query, and whether that is what the story expects.
#pragma once

#include "bpf/fixture.h"

namespace fastpath::test {

// What the fast path did with a query. The checks compare the whole packet.
class Reply {
  public:
    Reply(Packet query, Effect effect, const fp_settings &settings)
        : query_(std::move(query)), effect_(std::move(effect)), settings_(settings) {}

    // Answered from the cache with what the resolver said `age` seconds ago.
    [[nodiscard]] ::testing::AssertionResult hits(const ResponseText &response, uint32_t age = 0) const;

    // Answered from the cache although its time is over (RFC 8767): every TTL is that of the settings, and a client with OPT is
    // told so (RFC 8914: 3, or 19 for NXDOMAIN).
    [[nodiscard]] ::testing::AssertionResult is_stale(const ResponseText &response) const;

    // Answered from the cache with TTL 0: its time is over, and the refresh is on the way.
    [[nodiscard]] ::testing::AssertionResult is_bridged(const ResponseText &response) const;

    // Answered from the cache with TC=1 and without records; `response` is what did not fit.
    [[nodiscard]] ::testing::AssertionResult is_truncated(const ResponseText &response) const;
    [[nodiscard]] ::testing::AssertionResult is_stale_and_truncated(const ResponseText &response) const;

    // Left to the resolver, untouched: because there is no answer, or because of what the query is.
    [[nodiscard]] ::testing::AssertionResult misses() const { return passes(FP_OUT_miss_local); }
    [[nodiscard]] ::testing::AssertionResult passes(fp_outcome reason) const;

    [[nodiscard]] bool reaches_the_resolver() const;

    // What stands behind the question of the answer.
    [[nodiscard]] Octets records() const;

  private:
    [[nodiscard]] Octets message() const;
    [[nodiscard]] std::string fate(uint32_t verdict, fp_outcome outcome) const; // what differs from these
    [[nodiscard]] ::testing::AssertionResult is_answered(fp_outcome outcome, const Octets &expected) const;

    Packet query_;
    Effect effect_;
    fp_settings settings_;
};

// The question of `query` in words.
[[nodiscard]] std::string question_of(const DnsQuery &query);

} // namespace fastpath::test
