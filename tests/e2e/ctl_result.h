// SPDX-License-Identifier: Apache-2.0
// How dns-fastpathctl ends, as it is agreed with those who call it, and what is looked for in what it prints.
#pragma once

#include <string>

namespace fastpath::test {

enum : int { fine = 0, failed = 1, usage = 2, not_running = 3 };

inline bool contains(const std::string &text, const std::string &part) {
    return text.find(part) != std::string::npos;
}

} // namespace fastpath::test
