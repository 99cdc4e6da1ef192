// SPDX-License-Identifier: Apache-2.0
#include "util/utf8.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace fastpath {

namespace {

// A row of the table of RFC 3629 4: octets that may come first, those that may come second; all later ones are 80..BF.
struct Form {
    uint8_t first, first_last;
    uint8_t second, second_last;
    size_t length;
};

constexpr auto forms = std::to_array<Form>({
    {0x00, 0x7f, 0, 0, 1},
    {0xc2, 0xdf, 0x80, 0xbf, 2},
    {0xe0, 0xe0, 0xa0, 0xbf, 3},
    {0xe1, 0xec, 0x80, 0xbf, 3},
    {0xed, 0xed, 0x80, 0x9f, 3},
    {0xee, 0xef, 0x80, 0xbf, 3},
    {0xf0, 0xf0, 0x90, 0xbf, 4},
    {0xf1, 0xf3, 0x80, 0xbf, 4},
    {0xf4, 0xf4, 0x80, 0x8f, 4},
});

bool is_between(char octet, uint8_t low, uint8_t high) {
    const auto value = static_cast<uint8_t>(octet);
    return value >= low && value <= high;
}

bool begins_with(std::string_view text, const Form &form) {
    if (!is_between(text[0], form.first, form.first_last) || text.size() < form.length) {
        return false;
    }
    if (form.length > 1 && !is_between(text[1], form.second, form.second_last)) {
        return false;
    }
    for (size_t i = 2; i < form.length; i++) {
        if (!is_between(text[i], 0x80, 0xbf)) {
            return false;
        }
    }
    return true;
}

// 0: it begins with none.
size_t character_length(std::string_view text) {
    for (const Form &form : forms) {
        if (begins_with(text, form)) {
            return form.length;
        }
    }
    return 0;
}

} // namespace

std::string valid_utf8(std::string_view text) {
    constexpr std::string_view replacement = "\xef\xbf\xbd";
    std::string valid;
    while (!text.empty()) {
        const size_t length = character_length(text);
        valid += length == 0 ? replacement : text.substr(0, length);
        text.remove_prefix(length == 0 ? 1 : length);
    }
    return valid;
}

} // namespace fastpath
