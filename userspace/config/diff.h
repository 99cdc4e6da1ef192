// SPDX-License-Identifier: Apache-2.0
// What a reload changes, and whether it can be done without a restart.
#pragma once

#include "config/config.h"

#include <string>
#include <vector>

namespace fastpath {

struct ConfigChange {
    std::string key;
    std::string old;
    std::string now;
    bool reloadable;

    bool operator==(const ConfigChange &) const = default;
};

// In the order of the table of keys. The order of a list counts as part of its value.
std::vector<ConfigChange> diff(const Config &old, const Config &now);

} // namespace fastpath
