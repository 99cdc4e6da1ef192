// SPDX-License-Identifier: Apache-2.0
#include "status/facts.h"

#include <algorithm>
#include <numeric>

namespace fastpath::status {

namespace {

constexpr size_t lately = 5; // seconds: soon enough to see an incident, long enough to read a figure

template <fp_result... results> uint64_t total_of(const Moment &moment) {
    return (moment.results[results] + ...);
}

} // namespace

uint64_t queries_in(const Moment &moment) {
    return std::accumulate(moment.results.begin() + FP_RESULT_FIRST_QUERY, moment.results.end(), uint64_t{0});
}

Rates rates_of(const Facts &facts) {
    const std::vector<Moment> &moments = facts.moments;
    return {.queries = per_second(moments, lately, queries_in),
            .hits = per_second(moments, lately, total_of<FP_RESULT_hit, FP_RESULT_stale>),
            .stale = per_second(moments, lately, total_of<FP_RESULT_stale>),
            .misses = per_second(moments, lately, total_of<FP_RESULT_miss>),
            .unanswered = moments.empty() ? 0 : moments.back().unanswered_per_second,
            .ring_lost = per_second(moments, History::seconds, [](const Moment &moment) { return moment.ring_lost; })};
}

double heartbeat_age(const Readings &readings) {
    const uint64_t age_ns = readings.now_ns - std::min(readings.now_ns, uint64_t{readings.meta.heartbeat_ns});
    return static_cast<double>(age_ns) / static_cast<double>(FP_NSEC_PER_SEC);
}

double conntrack_fill(const ConntrackFill &fill) {
    return fill.limit == 0 ? 0 : static_cast<double>(fill.entries) / static_cast<double>(fill.limit);
}

} // namespace fastpath::status
