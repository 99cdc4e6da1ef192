// SPDX-License-Identifier: Apache-2.0
// For threads that must not keep the event loop waiting where CPUs are few.
#pragma once

#include <sys/resource.h>
#include <unistd.h>

namespace fastpath {

// Of the calling thread: on Linux a nice value is a thread's own (setpriority(2), "C library/kernel differences"). Where a filter of
// system calls, as that of our unit, does not allow it, the thread is one like any other.
inline void lower_priority() {
    constexpr int nice = 10;
    ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), nice);
}

} // namespace fastpath
