// SPDX-License-Identifier: Apache-2.0
#include "daemon/log.h"

#include <algorithm>
#include <cstdlib>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

namespace fastpath {

namespace {

// The level is that of what goes to stderr.
std::shared_ptr<spdlog::sinks::sink> stderr_sink;

spdlog::level::level_enum spdlog_level(LogLevel level) {
    switch (level) {
    case LogLevel::trace:
        return spdlog::level::trace;
    case LogLevel::debug:
        return spdlog::level::debug;
    case LogLevel::info:
        return spdlog::level::info;
    case LogLevel::warn:
        return spdlog::level::warn;
    case LogLevel::error:
        return spdlog::level::err;
    }
    return spdlog::level::info;
}

} // namespace

std::shared_ptr<EventLog> start_log(LogLevel level) {
    auto events = std::make_shared<EventLog>();
    stderr_sink = std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
    spdlog::set_default_logger(
        std::make_shared<spdlog::logger>("dns-fastpathd", spdlog::sinks_init_list{stderr_sink, events}));
    // The journal stamps every line itself.
    const bool journal = std::getenv("JOURNAL_STREAM") != nullptr;
    spdlog::set_pattern(journal ? "%l: %v" : "%Y-%m-%dT%H:%M:%S.%e %^%l%$: %v");
    set_log_level(level);
    return events;
}

void set_log_level(LogLevel level) {
    stderr_sink->set_level(spdlog_level(level));
    spdlog::set_level(std::min(spdlog_level(level), spdlog::level::info));
}

} // namespace fastpath
