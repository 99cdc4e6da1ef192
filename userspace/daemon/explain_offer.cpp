// SPDX-License-Identifier: Apache-2.0
#include "daemon/explain_offer.h"

#include "bpf/explainer.h"

#include <spdlog/spdlog.h>

namespace fastpath {

Result<std::unique_ptr<ExplainOffer>> ExplainOffer::create(Programs &programs, const PinDirectory &pins) {
    Result<std::unique_ptr<BackgroundJob>> job = BackgroundJob::create();
    if (!job) {
        return tl::unexpected(job.error());
    }
    return std::unique_ptr<ExplainOffer>(new ExplainOffer(programs, pins, std::move(*job)));
}

Result<> ExplainOffer::join(EventLoop &loop) {
    return loop.on_readable(job_->poll_fd(), [this] { job_->on_ready(); });
}

// Pinned in the loop: a daemon that was stopped meanwhile has taken its pins away, and must not leave a new one.
void ExplainOffer::begin() {
    job_->start([this] { loaded_ = programs_.load_explain(); },
                [this] {
                    const Result<> done = loaded_.and_then(
                        [this] { return pins_.pin_program(Explainer::program_name, programs_.explain()); });
                    if (!done) {
                        spdlog::warn("`dns-fastpathctl explain` will not work: {}", done.error().message);
                    }
                });
}

} // namespace fastpath
