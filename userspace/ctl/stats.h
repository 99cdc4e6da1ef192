// SPDX-License-Identifier: Apache-2.0
// Samples as `stats` prints them: as in the exposition format of Prometheus, without its comments.
#pragma once

#include "ctl/terminal.h"
#include "metrics/samples.h"

#include <string>
#include <vector>

namespace fastpath::ctl {

// One line of it: a histogram is several.
struct Series {
    std::string name; // of the family, with "_bucket", "_sum" or "_count" behind it where it is of a histogram
    std::vector<Label> labels;
    double value;
};

std::vector<Series> series_of(const std::vector<Sample> &samples);

// dns_fastpath_queries_total{result="hit"}, as Prometheus writes it.
std::string to_string(const Series &series);

Json to_json(const std::vector<Series> &all);

} // namespace fastpath::ctl
