// SPDX-License-Identifier: Apache-2.0
// DeadlineTimer: a timerfd on the clock of the maps.
#include "upstream/deadline_timer.h"

#include <algorithm>
#include <dns_fastpath/abi.h>
#include <sys/timerfd.h>

namespace fastpath {

Result<DeadlineTimer> DeadlineTimer::create() {
    DeadlineTimer made;
    made.timer_.reset(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC));
    if (!made.timer_) {
        return fail_errno("cannot make a timer");
    }
    return made;
}

void DeadlineTimer::arm(uint64_t at_ns) {
    if (at_ns == armed_ns_) {
        return;
    }
    armed_ns_ = at_ns;
    itimerspec setting = {}; // all 0 disarms
    if (at_ns != never_ns) {
        const uint64_t at = std::max<uint64_t>(at_ns, 1);
        setting.it_value.tv_sec = static_cast<time_t>(at / FP_NSEC_PER_SEC);
        setting.it_value.tv_nsec = static_cast<long>(at % FP_NSEC_PER_SEC);
    }
    ::timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &setting, nullptr); // fails for bad arguments alone
}

void DeadlineTimer::drain() {
    uint64_t expirations = 0;
    if (::read(timer_.get(), &expirations, sizeof(expirations)) > 0) {
        armed_ns_ = never_ns;
    }
}

} // namespace fastpath
