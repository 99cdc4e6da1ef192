// SPDX-License-Identifier: Apache-2.0
// Lesson: what came of a resolver's answer, and whether that is what the story expects.
#pragma once

#include "bpf/counter_map.h"
#include "cache/policy.h"

#include <gtest/gtest.h>

namespace fastpath::test {

// What became of an answer on its way into the cache.
class Lesson {
  public:
    Lesson(const fp_counters &counted, const fp_cache_counters &rejected, uint64_t fills)
        : counted_(counted), rejected_(rejected), fills_(fills) {}

    [[nodiscard]] ::testing::AssertionResult is_kept() const;
    [[nodiscard]] ::testing::AssertionResult is_not_kept(FillReject reason) const;       // says the daemon
    [[nodiscard]] ::testing::AssertionResult is_not_kept(fp_learn_outcome reason) const; // says the TC program

  private:
    [[nodiscard]] std::string text() const; // all that was counted

    fp_counters counted_;
    fp_cache_counters rejected_;
    uint64_t fills_;
};

} // namespace fastpath::test
