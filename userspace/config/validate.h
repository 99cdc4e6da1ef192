// SPDX-License-Identifier: Apache-2.0
// What the config that is to be run must have, wherever it comes from. Not for positions in a file: see contradiction.h.
#pragma once

#include "config/config.h"
#include "util/result.h"

#include <string_view>

namespace fastpath {

// What the kernel takes (dev_valid_name), less what would not survive a log line.
bool is_interface_name(std::string_view name);

// After the command line was merged: it needs interfaces, each once, and no contradictions.
Result<> validate(const Config &config);

} // namespace fastpath
