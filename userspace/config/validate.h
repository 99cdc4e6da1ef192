// SPDX-License-Identifier: Apache-2.0
// What is wrong with a whole Config although each value alone is allowed.
#pragma once

#include "config/config.h"
#include "util/result.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fastpath {

// What the kernel takes (dev_valid_name), less what would not survive a log line.
bool is_interface_name(std::string_view name);

struct Contradiction {
    std::vector<std::string_view> keys; // the likely culprit first
    std::string text;
};

std::optional<Contradiction> find_contradiction(const Config &config);

// For the config that is to be run, after the command line was merged: it needs interfaces, and each once.
Result<> validate(const Config &config);

} // namespace fastpath
