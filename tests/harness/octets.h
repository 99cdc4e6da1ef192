// SPDX-License-Identifier: Apache-2.0
// Octets: what packets and messages are made of in the tests, and how they are appended to and shown.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace fastpath::test {

using Octets = std::vector<uint8_t>;

inline void append(Octets &to, std::span<const uint8_t> more) {
    to.insert(to.end(), more.begin(), more.end());
}

inline void append8(Octets &to, uint8_t value) {
    to.push_back(value);
}

inline void append16(Octets &to, uint16_t value) {
    to.push_back(static_cast<uint8_t>(value >> 8));
    to.push_back(static_cast<uint8_t>(value));
}

inline void append32(Octets &to, uint32_t value) {
    append16(to, static_cast<uint16_t>(value >> 16));
    append16(to, static_cast<uint16_t>(value));
}

// "45 00 00 1c"
inline std::string to_hex(std::span<const uint8_t> octets) {
    constexpr const char *digits = "0123456789abcdef";
    std::string text;
    for (const uint8_t octet : octets) {
        text += text.empty() ? "" : " ";
        text += digits[octet >> 4];
        text += digits[octet & 15];
    }
    return text;
}

} // namespace fastpath::test
