// SPDX-License-Identifier: Apache-2.0
#include "daemon/event_loop.h"

#include <csignal>
#include <sys/epoll.h>
#include <systemd/sd-event.h>

namespace fastpath {

namespace {

// How much later a timer may be, in microseconds. 0 would be sd-event's default, a quarter of a second.
uint64_t accuracy_of(std::chrono::microseconds interval) {
    return static_cast<uint64_t>(interval.count()) / 50;
}

} // namespace

void EventLoop::Unref::operator()(sd_event *event) const {
    sd_event_unref(event);
}

Result<EventLoop> EventLoop::create() {
    EventLoop loop;
    sd_event *event = nullptr;
    if (const int code = sd_event_new(&event); code < 0) {
        return fail_errno("cannot make an event loop", -code);
    }
    loop.event_.reset(event);
    if (const int code = sd_event_set_watchdog(event, 1); code < 0) {
        return fail_errno("cannot serve the watchdog of the service manager", -code);
    }
    return loop;
}

EventLoop::Watch *EventLoop::remember(Callback callback, std::chrono::microseconds interval) {
    watches_.push_back(std::make_unique<Watch>(Watch{std::move(callback), interval}));
    return watches_.back().get();
}

Result<> EventLoop::on_readable(int fd, Callback callback) {
    const auto ready = [](sd_event_source *, int, uint32_t, void *watch) {
        static_cast<Watch *>(watch)->callback();
        return 0;
    };
    const int code = sd_event_add_io(event_.get(), nullptr, fd, EPOLLIN, ready, remember(std::move(callback)));
    return code < 0 ? Result<>(fail_errno("cannot watch a descriptor", -code)) : Result<>();
}

Result<> EventLoop::on_readable(int fd, std::chrono::microseconds pause, Callback callback) {
    const auto ready = [](sd_event_source *source, int, uint32_t, void *data) {
        const auto *const watch = static_cast<Watch *>(data);
        watch->callback();
        sd_event_source_set_enabled(source, SD_EVENT_OFF);
        sd_event_source_set_time_relative(watch->paused, static_cast<uint64_t>(watch->interval.count()));
        return sd_event_source_set_enabled(watch->paused, SD_EVENT_ONESHOT);
    };
    const auto resume = [](sd_event_source *, uint64_t, void *readable) {
        return sd_event_source_set_enabled(static_cast<sd_event_source *>(readable), SD_EVENT_ON);
    };
    Watch *const watch = remember(std::move(callback), pause);
    sd_event_source *readable = nullptr;
    int code = sd_event_add_io(event_.get(), &readable, fd, EPOLLIN, ready, watch);
    if (code >= 0) {
        sd_event_source_set_floating(readable, 1);
        code = sd_event_add_time_relative(event_.get(), &watch->paused, CLOCK_MONOTONIC, 0, accuracy_of(pause), resume,
                                          readable);
    }
    if (code >= 0) {
        sd_event_source_set_floating(watch->paused, 1);
        code = sd_event_source_set_enabled(watch->paused, SD_EVENT_OFF);
    }
    sd_event_source_unref(readable);
    sd_event_source_unref(watch->paused);
    return code < 0 ? Result<>(fail_errno("cannot watch a descriptor", -code)) : Result<>();
}

Result<> EventLoop::every(std::chrono::microseconds interval, Callback callback) {
    const auto due = [](sd_event_source *source, uint64_t, void *data) {
        auto *const watch = static_cast<Watch *>(data);
        watch->callback();
        sd_event_source_set_time_relative(source, static_cast<uint64_t>(watch->interval.count()));
        return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
    };
    const int code =
        sd_event_add_time_relative(event_.get(), nullptr, CLOCK_MONOTONIC, static_cast<uint64_t>(interval.count()),
                                   accuracy_of(interval), due, remember(std::move(callback), interval));
    return code < 0 ? Result<>(fail_errno("cannot set a timer", -code)) : Result<>();
}

Result<> EventLoop::on_signal(int number, Callback callback) {
    const auto received = [](sd_event_source *, const signalfd_siginfo *, void *watch) {
        static_cast<Watch *>(watch)->callback();
        return 0;
    };
    const int code = sd_event_add_signal(event_.get(), nullptr, number | SD_EVENT_SIGNAL_PROCMASK, received,
                                         remember(std::move(callback)));
    return code < 0 ? Result<>(fail_errno("cannot watch a signal", -code)) : Result<>();
}

Result<int> EventLoop::run() {
    const int code = sd_event_loop(event_.get());
    return code < 0 ? Result<int>(fail_errno("the event loop failed", -code)) : Result<int>(code);
}

void EventLoop::stop(int exit_code) {
    sd_event_exit(event_.get(), exit_code);
}

} // namespace fastpath
