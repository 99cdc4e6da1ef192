// SPDX-License-Identifier: Apache-2.0
// Figures of several rounds, as they are told: the median, and least and most beside it.
#pragma once

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <vector>

namespace fastpath::test {

struct Spread {
    double least = 0;
    double median = 0;
    double most = 0;
};

inline Spread spread_of(std::vector<double> values) {
    if (values.empty()) {
        throw std::invalid_argument("no rounds");
    }
    std::sort(values.begin(), values.end());
    return {values.front(), values[values.size() / 2], values.back()};
}

// Of one figure of each round.
template <class Round, class Figure> Spread spread_of(const std::vector<Round> &rounds, Figure figure) {
    std::vector<double> values;
    std::transform(rounds.begin(), rounds.end(), std::back_inserter(values), figure);
    return spread_of(std::move(values));
}

} // namespace fastpath::test
