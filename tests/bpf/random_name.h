// SPDX-License-Identifier: Apache-2.0
// Names that no text has: their octets are any.
#pragma once

#include "harness/octets.h"

#include <algorithm>
#include <iterator>
#include <random>

namespace fastpath::test {

// Labels of random octets that fill exactly `length` octets.
[[nodiscard]] inline Octets random_name(std::mt19937 &random, size_t length) {
    Octets name;
    while (name.size() + 1 < length) {
        const size_t left = length - 1 - name.size();
        size_t label = std::min<size_t>(1 + random() % 63, left - 1);
        label -= left - 1 - label == 1 ? 1 : 0; // an octet left alone has no room for a label
        if (label == 0) {
            return random_name(random, length);
        }
        append8(name, static_cast<uint8_t>(label));
        std::generate_n(std::back_inserter(name), label, [&] { return static_cast<uint8_t>(random()); });
    }
    append8(name, 0);
    return name;
}

} // namespace fastpath::test
