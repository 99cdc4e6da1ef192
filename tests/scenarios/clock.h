// SPDX-License-Identifier: Apache-2.0
// The clocks as this program's own code sees them: what the daemon reads is the time of the story, like what BPF reads.
#pragma once

#include <cstdint>

namespace fastpath::test {

// From now on CLOCK_MONOTONIC is `monotonic_ns`, and CLOCK_REALTIME so far ahead of it as it is from then on.
void set_clocks(uint64_t monotonic_ns, uint64_t wall_offset_ns);

// The kernel's again.
void release_clocks();

} // namespace fastpath::test
