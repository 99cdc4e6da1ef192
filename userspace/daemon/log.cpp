// SPDX-License-Identifier: Apache-2.0
#include "daemon/log.h"

#include <cstdlib>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

namespace fastpath {

void start_log(LogLevel level) {
    spdlog::set_default_logger(spdlog::stderr_color_mt("dns-fastpathd"));
    // The journal stamps every line itself.
    const bool journal = std::getenv("JOURNAL_STREAM") != nullptr;
    spdlog::set_pattern(journal ? "%l: %v" : "%Y-%m-%dT%H:%M:%S.%e %^%l%$: %v");
    set_log_level(level);
}

void set_log_level(LogLevel level) {
    switch (level) {
    case LogLevel::trace:
        return spdlog::set_level(spdlog::level::trace);
    case LogLevel::debug:
        return spdlog::set_level(spdlog::level::debug);
    case LogLevel::info:
        return spdlog::set_level(spdlog::level::info);
    case LogLevel::warn:
        return spdlog::set_level(spdlog::level::warn);
    case LogLevel::error:
        return spdlog::set_level(spdlog::level::err);
    }
}

} // namespace fastpath
