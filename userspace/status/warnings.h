// SPDX-License-Identifier: Apache-2.0
// What hurts now, worst first, each with what to do about it. Pure; the limits are those of the alert rules
// (packaging/prometheus).
#pragma once

#include "status/facts.h"

#include <string>
#include <vector>

namespace fastpath::status {

struct Warning {
    bool is_problem = false; // something does not work; else it costs something, or will
    std::string text;
    std::string remedy;

    bool operator==(const Warning &) const = default;
};

inline constexpr double unanswered_limit = 0.1;
inline constexpr double conntrack_warning = 0.8;
inline constexpr double conntrack_full = 0.95;
inline constexpr double heartbeat_limit_seconds = 5;

std::vector<Warning> warnings_of(const Facts &facts);

} // namespace fastpath::status
