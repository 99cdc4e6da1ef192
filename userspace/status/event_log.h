// SPDX-License-Identifier: Apache-2.0
// EventLog: the last lines of the daemon's log, for the status page. What changes state is logged anyway, so the page says the same.
#pragma once

#include <chrono>
#include <deque>
#include <mutex>
#include <spdlog/sinks/base_sink.h>
#include <string>
#include <vector>

namespace fastpath {

struct Event {
    std::chrono::system_clock::time_point at;
    spdlog::level::level_enum level = spdlog::level::info;
    std::string text;
};

// A sink of spdlog. Written by the event loop, read by the threads of the metrics server; the base class has the mutex.
class EventLog : public spdlog::sinks::base_sink<std::mutex> {
  public:
    static constexpr size_t most = 100;

    // The newest first.
    std::vector<Event> events();

  protected:
    void sink_it_(const spdlog::details::log_msg &message) override;
    void flush_() override {}

  private:
    std::deque<Event> events_;
};

} // namespace fastpath
