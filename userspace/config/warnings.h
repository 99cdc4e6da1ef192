// SPDX-License-Identifier: Apache-2.0
// What may be meant as it is, but more likely is a slip: lines for the log, and for --check-config.
#pragma once

#include "config/config.h"

#include <string>
#include <vector>

namespace fastpath {

std::vector<std::string> config_warnings(const Config &config);

} // namespace fastpath
