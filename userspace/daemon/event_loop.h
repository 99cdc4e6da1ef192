// SPDX-License-Identifier: Apache-2.0
// EventLoop: sd-event with C++ callbacks. One thread, everything in it runs to completion.
#pragma once

#include "util/result.h"

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

struct sd_event;
struct sd_event_source;

namespace fastpath {

class EventLoop {
  public:
    using Callback = std::function<void()>;

    static Result<EventLoop> create();

    Result<> on_readable(int fd, Callback callback);
    // The same, and then not before `pause` has gone by: what comes meanwhile wakes nobody, and is read in one go.
    Result<> on_readable(int fd, std::chrono::microseconds pause, Callback callback);
    Result<> every(std::chrono::microseconds interval, Callback callback);
    // Blocks the signal's default action in this thread and those that it starts later.
    Result<> on_signal(int number, Callback callback);

    // Until stop(); returns its code. Feeds the service manager's watchdog meanwhile.
    Result<int> run();
    void stop(int exit_code);

  private:
    struct Watch {
        Callback callback;
        std::chrono::microseconds interval{};
        sd_event_source *paused = nullptr; // the loop's own
    };
    struct Unref {
        void operator()(sd_event *event) const;
    };

    Watch *remember(Callback callback, std::chrono::microseconds interval = {});

    std::unique_ptr<sd_event, Unref> event_;
    std::vector<std::unique_ptr<Watch>> watches_; // sd-event keeps their addresses
};

} // namespace fastpath
