// SPDX-License-Identifier: Apache-2.0
// From when an answer's TTLs count.
#pragma once

#include <algorithm>
#include <cstdint>
#include <dns_fastpath/abi.h>

namespace fastpath {

// A resolver counts whole seconds of the wall clock: the TTL it gives at 12:00:00.9 is one lower at 12:00:01.0. Counting from
// the moment of the answer we would give a TTL above the resolver's own for most of a second, so the count begins at the start
// of the wall-clock second. Two slacks make sure that ours is never above:
constexpr uint64_t resolver_slack_ns = 20'000'000; // it took the time before it built and sent the answer
constexpr uint64_t tick_slack_ns = 10'000'000;     // XDP reads the coarse clock, up to a tick behind (HZ=100)

// `seen_ns`: when the answer left, CLOCK_MONOTONIC; `wall_offset_ns`: CLOCK_REALTIME - CLOCK_MONOTONIC.
constexpr uint64_t born_ns(uint64_t seen_ns, uint64_t wall_offset_ns) {
    const uint64_t given = seen_ns - std::min(seen_ns, resolver_slack_ns);
    const uint64_t into_second = (given + wall_offset_ns) % FP_NSEC_PER_SEC;
    return given - std::min(given, into_second + tick_slack_ns);
}

} // namespace fastpath
