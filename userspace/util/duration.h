// SPDX-License-Identifier: Apache-2.0
// Durations as operators write them: plain seconds (86400), or one number with a unit (500ms, 30s, 5m, 24h, 7d).
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace fastpath {

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

// The number with the largest unit that divides it: 3600 s is "1h", 90 s is "90s". What it gives parses to the same.
std::string format_duration(std::chrono::milliseconds duration);

} // namespace fastpath
