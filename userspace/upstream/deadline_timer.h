// SPDX-License-Identifier: Apache-2.0
// DeadlineTimer: a descriptor that becomes readable at a point in time. For loops that poll descriptors, in front of
// pure code that says when it is due.
#pragma once

#include "upstream/never.h"
#include "util/result.h"
#include "util/unique_fd.h"

namespace fastpath {

class DeadlineTimer {
  public:
    static Result<DeadlineTimer> create();

    [[nodiscard]] int poll_fd() const { return timer_.get(); }

    // Readable from `at_ns` on, which may be past; never_ns: not at all. A system call only where that is a change.
    void arm(uint64_t at_ns);

    // Ends being readable. What is due next has to be armed again.
    void drain();

  private:
    UniqueFd timer_;
    uint64_t armed_ns_ = never_ns;
};

} // namespace fastpath
