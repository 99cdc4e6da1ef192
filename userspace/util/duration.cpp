// SPDX-License-Identifier: Apache-2.0
// Durations: see duration.h.
#include "util/duration.h"

#include "util/decimal.h"

#include <array>
#include <cstdint>

namespace fastpath {

using std::chrono::milliseconds;

namespace {

struct Unit {
    std::string_view suffix;
    std::int64_t milliseconds;
};

constexpr std::array<Unit, 5> units = {{
    {"d", 86'400'000},
    {"h", 3'600'000},
    {"m", 60'000},
    {"s", 1'000},
    {"ms", 1},
}};

// Bounds the product below; no duration here is meant to come near 100 years.
constexpr std::int64_t longest_ms = 36'500LL * 86'400'000;

} // namespace

std::optional<milliseconds> parse_duration(std::string_view text) {
    const std::size_t digits = text.find_first_not_of("0123456789");
    const auto number = parse_decimal(text.substr(0, digits));
    const std::string_view suffix = digits == std::string_view::npos ? "s" : text.substr(digits);
    if (!number) {
        return std::nullopt;
    }
    for (const Unit &unit : units) {
        if (unit.suffix == suffix) {
            if (*number > static_cast<std::uint64_t>(longest_ms / unit.milliseconds)) {
                return std::nullopt;
            }
            return milliseconds(static_cast<std::int64_t>(*number) * unit.milliseconds);
        }
    }
    return std::nullopt;
}

std::string format_duration(milliseconds duration) {
    if (duration.count() == 0) {
        return "0s";
    }
    for (const Unit &unit : units) {
        if (duration.count() % unit.milliseconds == 0) {
            return std::to_string(duration.count() / unit.milliseconds).append(unit.suffix);
        }
    }
    return {}; // not reached: the last unit divides everything
}

} // namespace fastpath
