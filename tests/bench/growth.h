// SPDX-License-Identifier: Apache-2.0
// What becomes of a hit as the cache grows, of memory and of fills: with so many answers of a mail mix, for a few names that are
// hot, by Zipf's law, and for each name as likely; beside one dependent cold load in as much memory.
#pragma once

#include "figures.h"
#include "mail_mix.h"
#include "runner.h"

#include <string>
#include <vector>

namespace fastpath::test {

// ns; hits without the restore.
struct GrowthRound {
    double cold_load = 0;
    double hot = 0;
    double zipf = 0;
    double uniform = 0;
};

struct GrowthResult {
    std::string name;
    uint32_t entries = 0;             // of which hardly any found no place
    double octets_per_entry = 0;      // of the maps
    double fills_per_second = 0;      // CPU time of this thread, from the learner's record to the answer in the cache
    double full_fills_per_second = 0; // the same where each needs another one's place
    double sweep_seconds = 0;         // a round of the daemon through a cache in which nothing has ended
    std::vector<GrowthRound> rounds{};
};

// Answers of these numbers into the cache, as the daemon fills it: so many a second.
double fill(const MailMix &mix, uint32_t begin, uint32_t end);

[[nodiscard]] std::string growth_name(uint32_t entries); // growth/100000

// Replaces Loaded::instance().
[[nodiscard]] GrowthResult measure_growth(uint32_t entries, const Amount &amount);

} // namespace fastpath::test
