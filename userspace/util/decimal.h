// SPDX-License-Identifier: Apache-2.0
// Unsigned decimal numbers as people write them: digits only. No sign, and no leading zero, which some read as octal.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

namespace fastpath {

inline std::optional<std::uint64_t> parse_decimal(std::string_view text) {
    if (text.empty() || text.front() == '+' || (text.size() > 1 && text.front() == '0')) {
        return std::nullopt;
    }
    std::uint64_t number = 0;
    const char *end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc{} || stopped != end) {
        return std::nullopt;
    }
    return number;
}

} // namespace fastpath
