// SPDX-License-Identifier: Apache-2.0
// How old the daemon's word is. It beats every second.
#pragma once

#include <cstdint>
#include <dns_fastpath/abi.h>

namespace fastpath::ctl {

inline constexpr uint64_t heartbeat_limit_seconds = 10; // beyond it, it hangs

inline uint64_t seconds_between(uint64_t from_ns, uint64_t to_ns) {
    return to_ns > from_ns ? (to_ns - from_ns) / FP_NSEC_PER_SEC : 0;
}

inline uint64_t heartbeat_age_seconds(const fp_meta &meta, uint64_t now_ns) {
    return seconds_between(meta.heartbeat_ns, now_ns);
}

} // namespace fastpath::ctl
