// SPDX-License-Identifier: Apache-2.0
// The linker sends every clock_gettime() of this program here (--wrap), so that no code of the product needs a clock for tests.
// What shared libraries call stays with them: GoogleTest's timers run in real time.
#include "clock.h"

#include <ctime>
#include <dns_fastpath/abi.h>
#include <optional>

namespace {

struct Clocks {
    uint64_t monotonic_ns;
    uint64_t wall_ns;
};

std::optional<Clocks> clocks;

timespec to_timespec(uint64_t ns) {
    return {.tv_sec = static_cast<time_t>(ns / FP_NSEC_PER_SEC), .tv_nsec = static_cast<long>(ns % FP_NSEC_PER_SEC)};
}

} // namespace

// The linker's names.
extern "C" {
// NOLINTNEXTLINE(bugprone-reserved-identifier)
int __real_clock_gettime(clockid_t clock, timespec *now);

// NOLINTNEXTLINE(bugprone-reserved-identifier)
int __wrap_clock_gettime(clockid_t clock, timespec *now) {
    if (clocks && (clock == CLOCK_MONOTONIC || clock == CLOCK_MONOTONIC_COARSE)) {
        *now = to_timespec(clocks->monotonic_ns);
        return 0;
    }
    if (clocks && clock == CLOCK_REALTIME) {
        *now = to_timespec(clocks->wall_ns);
        return 0;
    }
    return __real_clock_gettime(clock, now);
}
}

namespace fastpath::test {

void set_clocks(uint64_t monotonic_ns, uint64_t wall_offset_ns) {
    clocks = Clocks{.monotonic_ns = monotonic_ns, .wall_ns = monotonic_ns + wall_offset_ns};
}

void release_clocks() {
    clocks.reset();
}

} // namespace fastpath::test
