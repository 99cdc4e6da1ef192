// SPDX-License-Identifier: Apache-2.0
// What was measured, as a table for people or as JSON for scripts.
#pragma once

#include "growth.h"
#include "rates.h"
#include "runner.h"

#include <map>
#include <string>
#include <vector>

namespace fastpath::test {

struct Report {
    Amount amount;
    std::map<Entrance, ProgramSize> programs;
    std::vector<CaseResult> cases;
    std::vector<GrowthResult> growth;
    std::vector<RateResult> rates;
};

[[nodiscard]] std::string as_table(const Report &report);
[[nodiscard]] std::string as_json(const Report &report);

} // namespace fastpath::test
