// SPDX-License-Identifier: Apache-2.0
// TokenBucket: so many a second on average, so many at once after a pause. Pure; times are ns of any one clock.
#pragma once

#include <cstdint>

namespace fastpath {

class TokenBucket {
  public:
    // Both at least 1. Full at first.
    TokenBucket(uint32_t per_second, uint32_t burst);

    // False: there is none before next_ns().
    bool take(uint64_t now_ns);

    [[nodiscard]] uint64_t next_ns() const { return full_ns_ > depth_ns_ ? full_ns_ - depth_ns_ : 0; }

  private:
    // In place of a count of tokens the time when the bucket will be full (the "theoretical arrival time" of GCRA):
    // it needs no refilling, and no fractions of tokens.
    uint64_t interval_ns_; // of one token
    uint64_t depth_ns_;    // of the burst, without the one that is taken
    uint64_t full_ns_ = 0;
};

} // namespace fastpath
