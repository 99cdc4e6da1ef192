// SPDX-License-Identifier: Apache-2.0
// Quoting: see quote.h.
#include "util/quote.h"

#include <array>
#include <cstdio>

namespace fastpath {

namespace {

constexpr std::size_t longest_shown = 64;

} // namespace

std::string in_quotes(std::string_view text) {
    std::string shown = "\"";
    for (const char c : text.substr(0, longest_shown)) {
        const auto octet = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            shown += '\\';
            shown += c;
        } else if (octet < 0x20 || octet == 0x7f) {
            std::array<char, 5> escaped{};
            std::snprintf(escaped.data(), escaped.size(), "\\x%02x", octet);
            shown += escaped.data();
        } else {
            shown += c;
        }
    }
    return shown + (text.size() > longest_shown ? "...\"" : "\"");
}

} // namespace fastpath
