// SPDX-License-Identifier: Apache-2.0
#include "daemon/background_job.h"

#include "daemon/low_priority.h"

#include <sys/eventfd.h>

namespace fastpath {

Result<std::unique_ptr<BackgroundJob>> BackgroundJob::create() {
    UniqueFd done(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!done) {
        return fail_errno("cannot make an eventfd");
    }
    return std::unique_ptr<BackgroundJob>(new BackgroundJob(std::move(done)));
}

BackgroundJob::~BackgroundJob() {
    if (thread_.joinable()) {
        thread_.join();
    }
}

void BackgroundJob::start(std::function<void()> work, std::function<void()> done) {
    done_ = std::move(done);
    thread_ = std::thread([this, work = std::move(work)] {
        lower_priority();
        work();
        ::eventfd_write(done_fd_.get(), 1);
    });
}

void BackgroundJob::on_ready() {
    eventfd_t count = 0;
    if (::eventfd_read(done_fd_.get(), &count) == 0) {
        thread_.join();
        done_();
    }
}

} // namespace fastpath
