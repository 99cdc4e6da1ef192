// SPDX-License-Identifier: Apache-2.0
// BackgroundJob: one piece of work at a time in a thread of its own, whose end the event loop hears of.
#pragma once

#include "util/result.h"
#include "util/unique_fd.h"

#include <functional>
#include <memory>
#include <thread>

namespace fastpath {

class BackgroundJob {
  public:
    static Result<std::unique_ptr<BackgroundJob>> create();
    // Waits for the end of the work.
    ~BackgroundJob();
    BackgroundJob(const BackgroundJob &) = delete;
    BackgroundJob &operator=(const BackgroundJob &) = delete;

    [[nodiscard]] int poll_fd() const { return done_fd_.get(); }
    void on_ready();

    [[nodiscard]] bool is_running() const { return thread_.joinable(); }
    // `work` runs in the thread, then `done` in the loop.
    void start(std::function<void()> work, std::function<void()> done);

  private:
    explicit BackgroundJob(UniqueFd done_fd) : done_fd_(std::move(done_fd)) {}

    UniqueFd done_fd_;
    std::function<void()> done_;
    std::thread thread_;
};

} // namespace fastpath
