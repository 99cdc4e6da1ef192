// SPDX-License-Identifier: Apache-2.0
// For each row of FP_OUTCOMES the packets that end there.
#pragma once

#include "fixture.h"

#include <functional>
#include <ostream>
#include <string>
#include <vector>

namespace fastpath::test {

struct OutcomeCase {
    fp_outcome outcome;
    std::string what; // for the test's name: letters and digits
    Packet packet;
    std::function<void(FastPath &)> prepare = [](FastPath &) {};
};

inline void PrintTo(const OutcomeCase &c, std::ostream *out) {
    *out << outcome_names[c.outcome].name << ", " << c.what;
}

[[nodiscard]] const std::vector<OutcomeCase> &outcome_cases();

// Of them those of misses that are steered, or would be, and of what upstreams send.
[[nodiscard]] std::vector<OutcomeCase> steering_outcome_cases();

} // namespace fastpath::test
