// SPDX-License-Identifier: Apache-2.0
// What the tests of RefreshSchedule share: virtual time, keys that are numbers, and a loop that asks.
#pragma once

#include "upstream/refresh_schedule.h"

#include <dns_fastpath/abi.h>
#include <vector>

namespace fastpath::test {

inline constexpr uint64_t ms = 1'000'000;
inline constexpr uint64_t s = FP_NSEC_PER_SEC;
inline constexpr uint64_t start = 1000 * s;

constexpr fp_key key(uint64_t number) {
    return {{number, ~number}};
}

// Takes all that may be asked at `now`.
inline std::vector<uint64_t> ask(RefreshSchedule &schedule, uint64_t now) {
    std::vector<uint64_t> asked;
    while (const auto next = schedule.next(now)) {
        asked.push_back(next->hash[0]);
    }
    return asked;
}

using Numbers = std::vector<uint64_t>;

} // namespace fastpath::test
