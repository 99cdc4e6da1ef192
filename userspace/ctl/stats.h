// SPDX-License-Identifier: Apache-2.0
// Samples as `stats` prints them.
#pragma once

#include "ctl/terminal.h"
#include "metrics/samples.h"

#include <string>
#include <vector>

namespace fastpath::ctl {

// dns_fastpath_queries_total{result="hit"}, as Prometheus writes it.
std::string series_name(const Sample &sample);

Json to_json(const std::vector<Sample> &samples);

} // namespace fastpath::ctl
