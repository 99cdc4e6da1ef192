// SPDX-License-Identifier: Apache-2.0
// What differs between two frames, in the words of their protocols.
#pragma once

#include "harness/octets.h"

#include <string>
#include <utility>
#include <vector>

namespace fastpath::test {

struct Field {
    std::string name; // "ipv4.ttl"
    std::string value;
};

// Every field of a frame in order, as deep as it can be read; what cannot is there as octets.
[[nodiscard]] std::vector<Field> decode(const Octets &frame);

// One line for each field that differs, then the place of the first octet that does. Empty where the frames are equal.
[[nodiscard]] std::string difference(const Octets &expected, const Octets &actual);

} // namespace fastpath::test
