// SPDX-License-Identifier: Apache-2.0
// Readings of which every family of metrics has a sample, also those that begin only when they are first counted.
#pragma once

#include "metrics/readings.h"

#include <string>

namespace fastpath::test {

// `text` is what somebody else chose: names of interfaces and pools.
Readings full_readings(const std::string &text = "x");

} // namespace fastpath::test
