// SPDX-License-Identifier: Apache-2.0
// The words of each choice, in the order of its enum: for the config file, the command line and what is printed.
#pragma once

#include "config/config.h"

#include <array>
#include <optional>
#include <string_view>

namespace fastpath {

template <class Enum> inline constexpr std::array<std::string_view, 0> choice_words{};
template <> inline constexpr std::array<std::string_view, 3> choice_words<InterfaceMode>{"auto", "native", "generic"};
template <> inline constexpr std::array<std::string_view, 3> choice_words<AclAction>{"refuse", "drop", "pass"};
template <> inline constexpr std::array<std::string_view, 2> choice_words<CookiePolicy>{"ignore", "pass"};
template <> inline constexpr std::array<std::string_view, 3> choice_words<StalePolicy>{"on-failure", "always", "off"};
template <> inline constexpr std::array<std::string_view, 2> choice_words<OnStop>{"detach", "keep"};
template <>
inline constexpr std::array<std::string_view, 5> choice_words<LogLevel>{"trace", "debug", "info", "warn", "error"};

template <class Enum> constexpr std::string_view to_word(Enum choice) {
    return choice_words<Enum>[static_cast<std::size_t>(choice)];
}

template <class Enum> constexpr std::optional<Enum> from_word(std::string_view word) {
    for (std::size_t i = 0; i < choice_words<Enum>.size(); ++i) {
        if (choice_words<Enum>[i] == word) {
            return static_cast<Enum>(i);
        }
    }
    return std::nullopt;
}

} // namespace fastpath
