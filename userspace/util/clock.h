// SPDX-License-Identifier: Apache-2.0
// The clocks, as the maps count them. For shells: pure code gets its time as a parameter.
#pragma once

#include <cstdint>
#include <ctime>
#include <dns_fastpath/abi.h>

namespace fastpath {

inline uint64_t clock_ns(clockid_t clock) {
    timespec now = {};
    ::clock_gettime(clock, &now);
    return static_cast<uint64_t>(now.tv_sec) * FP_NSEC_PER_SEC + static_cast<uint64_t>(now.tv_nsec);
}

// CLOCK_MONOTONIC, the clock of bpf_ktime_get_ns().
inline uint64_t monotonic_ns() {
    return clock_ns(CLOCK_MONOTONIC);
}

} // namespace fastpath
