// SPDX-License-Identifier: Apache-2.0
// Hits at ordinary rates: one packet, then nothing for a while, in which the CPU sleeps or does something else. There, cold lines
// and pages cost more than instructions. By the kernel's own statistics (kernel.bpf_stats_enabled), which time each run.
#pragma once

#include "bench_programs.h"

#include <string>
#include <vector>

namespace fastpath::test {

// ns of a run. A reflector alone is lost in the noise of its restore, a hit is not.
struct RateRound {
    double reflector = 0; // and the restore
    double hit = 0;       // without the restore
};

struct RateResult {
    std::string name;
    uint32_t per_second = 0;
    std::vector<RateRound> rounds{};
};

[[nodiscard]] std::string rate_name(uint32_t per_second); // rates/1000

// On names by Zipf's law, of 100,000 that are cached. Replaces Loaded::instance().
[[nodiscard]] std::vector<RateResult> measure_rates(const std::vector<uint32_t> &rates, uint32_t rounds);

} // namespace fastpath::test
