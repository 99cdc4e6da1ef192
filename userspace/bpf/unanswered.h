// SPDX-License-Identifier: Apache-2.0
// Unanswered: what a look at open queries says of one upstream.
#pragma once

#include <cstdint>
#include <dns_fastpath/abi.h>
#include <map>

namespace fastpath {

struct Unanswered {
    uint64_t timeouts = 0; // given up since the last look
    uint64_t waiting = 0;  // asked half a second to one and a half seconds ago, which most answers do not take
};

using UnansweredByNumber = std::map<uint16_t, Unanswered>; // number of the upstream

inline bool is_waiting_age(uint64_t age_ns) {
    constexpr uint64_t from_ns = FP_NSEC_PER_SEC / 2;
    return age_ns >= from_ns && age_ns < from_ns + FP_NSEC_PER_SEC;
}

} // namespace fastpath
