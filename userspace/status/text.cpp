// SPDX-License-Identifier: Apache-2.0
#include "status/text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <ctime>
#include <spdlog/fmt/fmt.h>

namespace fastpath::status {

std::string count_text(uint64_t count) {
    std::string text = std::to_string(count);
    for (size_t end = text.size(); end > 3; end -= 3) {
        text.insert(end - 3, 1, ',');
    }
    return text;
}

std::string rate_text(double per_second) {
    if (per_second > 0 && per_second < 9.95) {
        return fmt::format("{:.1f}", per_second);
    }
    return count_text(static_cast<uint64_t>(std::llround(per_second)));
}

// Neither "100 %" nor "0 %" of what is not all or nothing.
std::string share_text(double share) {
    double percent = share * 100;
    if (percent > 0 && percent < 100) {
        percent = std::min(std::max(percent, 0.1), 99.9);
    }
    return percent == std::trunc(percent) ? fmt::format("{:.0f} %", percent) : fmt::format("{:.1f} %", percent);
}

std::string duration_text(uint64_t seconds) {
    constexpr uint64_t minute = 60;
    constexpr uint64_t hour = 60 * minute;
    constexpr uint64_t day = 24 * hour;
    if (seconds < minute) {
        return fmt::format("{} s", seconds);
    }
    if (seconds < hour) {
        return fmt::format("{} min", seconds / minute);
    }
    if (seconds < day) {
        return fmt::format("{} h {} min", seconds / hour, seconds % hour / minute);
    }
    return fmt::format("{} d {} h", seconds / day, seconds % day / hour);
}

std::string milliseconds_text(uint32_t us) {
    const double ms = us / 1000.0;
    return ms < 10 ? fmt::format("{:.2f} ms", ms) : fmt::format("{:.0f} ms", ms);
}

std::string bytes_text(uint64_t bytes) {
    constexpr std::array units = {"B", "KiB", "MiB", "GiB", "TiB"};
    auto value = static_cast<double>(bytes);
    size_t unit = 0;
    while (value >= 1024 && unit + 1 < units.size()) {
        value /= 1024;
        unit++;
    }
    return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} {}", value, units[unit]);
}

std::string time_text(std::chrono::system_clock::time_point at) {
    const std::time_t seconds = std::chrono::system_clock::to_time_t(at);
    std::tm utc = {};
    ::gmtime_r(&seconds, &utc);
    std::array<char, sizeof("9999-12-31T23:59:59Z") + 8> text = {};
    std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &utc);
    return text.data();
}

} // namespace fastpath::status
