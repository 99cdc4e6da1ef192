// SPDX-License-Identifier: Apache-2.0
// Samples as Prometheus' text format 0.0.4.
#pragma once

#include "metrics/samples.h"

#include <string>
#include <vector>

namespace fastpath {

inline constexpr const char *exposition_type = "text/plain; version=0.0.4; charset=utf-8";

std::string exposition(const std::vector<Sample> &samples);

} // namespace fastpath
