// SPDX-License-Identifier: Apache-2.0
// The history as lines of an SVG drawing.
#pragma once

#include "status/history.h"

#include <string>
#include <vector>

namespace fastpath::status {

inline constexpr int chart_width = 600;
inline constexpr int chart_height = 120;

struct Chart {
    std::string hits; // attributes `points` of polylines
    std::string misses;
    std::string unanswered;
    double highest = 0; // queries a second at the upper edge
};

// The newest second is at the right edge. Fewer than two moments are no line.
Chart chart_of(const std::vector<Moment> &moments);

} // namespace fastpath::status
