// SPDX-License-Identifier: Apache-2.0
// What is asked most and by whom, estimated from sampled queries. Pure; used by `dns-fastpathctl top`, the metric
// top_name_queries and the status page, so that all three say the same.
#pragma once

#include <cstddef>
#include <cstdint>
#include <dns_fastpath/events.h>
#include <span>
#include <string>
#include <vector>

namespace fastpath {

enum class TopOf { names, clients, types };

struct TopRow {
    std::string subject; // a name, an address or a type, safe to print; "" = queries whose question was not read
    std::string qtype;   // of a name; "" beside it otherwise
    uint64_t samples = 0;
    double queries_per_second = 0; // estimated
    double share = 0;              // of all queries of the window, 0 to 1
    double share_low = 0; // the share of all queries, sampled or not, lies between these two in 95 of 100 cases
    double share_high = 0;
    double hit_ratio = 0; // answered from the cache, stale answers included
};

struct Top {
    double window_seconds = 0; // what the figures are about: up to now from so long ago
    uint64_t samples = 0;
    double queries_per_second = 0;
    std::vector<TopRow> rows; // the most asked first
};

inline constexpr uint64_t top_window_ns = 60 * FP_NSEC_PER_SEC;
// Samples are to be given from so long before `now_ns` on: older ones than the window tell an idle minute from a short one.
inline constexpr uint64_t top_look_back_ns = 2 * top_window_ns;

// Of the samples of the last minute, or as far back as there are any. At most `most` rows.
Top top_of(std::span<const fp_sample> samples, TopOf what, size_t most, uint64_t now_ns);

} // namespace fastpath
