// SPDX-License-Identifier: Apache-2.0
#include "status/event_log.h"

namespace fastpath {

std::vector<Event> EventLog::events() {
    const std::lock_guard lock(mutex_);
    return {events_.rbegin(), events_.rend()};
}

void EventLog::sink_it_(const spdlog::details::log_msg &message) {
    if (message.level < spdlog::level::info) {
        return;
    }
    events_.push_back({message.time, message.level, {message.payload.data(), message.payload.size()}});
    if (events_.size() > most) {
        events_.pop_front();
    }
}

} // namespace fastpath
