// SPDX-License-Identifier: Apache-2.0
// What is asked: names and types of the lab's zones. How each may be asked: ways.h.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace fastpath::test {

struct Question {
    std::string name;
    uint16_t type;
    uint16_t qclass = 1;

    [[nodiscard]] std::string text() const; // "d0001.mail.example. MX"
    [[nodiscard]] std::string type_text() const;
};

// Some hundreds: existing, NXDOMAIN, NODATA, wildcards, aliases, large sets, sizes near the limits, signed names, names that
// text gets wrong, and types and classes that are never cached.
std::vector<Question> generated_questions();

} // namespace fastpath::test
