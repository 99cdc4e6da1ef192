// SPDX-License-Identifier: Apache-2.0
// ExplainOffer: loads the program that explains and pins it for `dns-fastpathctl explain`. Beside the work of the daemon: the
// verifier takes a second for it, and nobody's answer waits for that.
#pragma once

#include "bpf/pin_directory.h"
#include "bpf/programs.h"
#include "daemon/background_job.h"
#include "daemon/event_loop.h"
#include "util/result.h"

#include <memory>

namespace fastpath {

class ExplainOffer {
  public:
    // Both outlive it.
    static Result<std::unique_ptr<ExplainOffer>> create(Programs &programs, const PinDirectory &pins);

    Result<> join(EventLoop &loop);
    // Without success it is logged, and all else works.
    void begin();

  private:
    ExplainOffer(Programs &programs, const PinDirectory &pins, std::unique_ptr<BackgroundJob> job)
        : programs_(programs), pins_(pins), job_(std::move(job)) {}

    Programs &programs_;
    const PinDirectory &pins_;
    Result<> loaded_;
    std::unique_ptr<BackgroundJob> job_; // last, so that its thread ends first
};

} // namespace fastpath
