// SPDX-License-Identifier: Apache-2.0
#include "status/chart.h"

#include <algorithm>
#include <cmath>
#include <spdlog/fmt/fmt.h>

namespace fastpath::status {

namespace {

// Of one second.
struct Second {
    double hits = 0;
    double misses = 0;
    double unanswered = 0;
};

double rate(const Moment &before, const Moment &now, std::initializer_list<fp_result> results) {
    uint64_t count = 0;
    for (const fp_result result : results) {
        count += now.results[result] - std::min(before.results[result], now.results[result]);
    }
    const auto elapsed = static_cast<double>(now.at_ns - before.at_ns) / static_cast<double>(FP_NSEC_PER_SEC);
    return elapsed > 0 ? static_cast<double>(count) / elapsed : 0;
}

std::vector<Second> seconds_of(const std::vector<Moment> &moments) {
    std::vector<Second> seconds;
    for (size_t i = 1; i < moments.size(); i++) {
        const Moment &before = moments[i - 1];
        const Moment &now = moments[i];
        seconds.push_back({rate(before, now, {FP_RESULT_hit, FP_RESULT_stale}),
                           rate(before, now, {FP_RESULT_miss, FP_RESULT_pass}), now.unanswered_per_second});
    }
    return seconds;
}

// 1, 2 or 5 times a power of ten, so that the scale does not move with each value.
double round_up(double value) {
    if (value <= 10) {
        return 10;
    }
    const double power = std::pow(10, std::floor(std::log10(value)));
    for (const double step : {1.0, 2.0, 5.0}) {
        if (value <= step * power) {
            return step * power;
        }
    }
    return 10 * power;
}

std::string points_of(const std::vector<Second> &seconds, double Second::*value, double highest) {
    constexpr double step = static_cast<double>(chart_width) / (History::seconds - 1);
    std::string points;
    for (size_t i = 0; i < seconds.size(); i++) {
        const double x = chart_width - step * static_cast<double>(seconds.size() - 1 - i);
        const double y = chart_height * (1 - seconds[i].*value / highest);
        points += fmt::format("{}{:.1f},{:.1f}", points.empty() ? "" : " ", x, y);
    }
    return points;
}

} // namespace

Chart chart_of(const std::vector<Moment> &moments) {
    const std::vector<Second> seconds = seconds_of(moments);
    double highest = 0;
    for (const Second &second : seconds) {
        highest = std::max({highest, second.hits, second.misses, second.unanswered});
    }
    highest = round_up(highest);
    return {.hits = points_of(seconds, &Second::hits, highest),
            .misses = points_of(seconds, &Second::misses, highest),
            .unanswered = points_of(seconds, &Second::unanswered, highest),
            .highest = highest};
}

} // namespace fastpath::status
