// SPDX-License-Identifier: Apache-2.0
// What a reload changes, and whether it can be done without a restart.
#pragma once

#include "config/config.h"

#include <string>
#include <vector>

namespace fastpath {

struct ConfigChange {
    std::string key;  // a path of the table of keys, or in a map what is below it: "pools.default.upstreams"
    std::string text; // "86400 -> 60"; of a list what has left it and what is new: "-ITEM +ITEM"
    bool reloadable;

    bool operator==(const ConfigChange &) const = default;
};

// In the order of the table of keys. The order of a list counts as part of its value, that of a map does not.
std::vector<ConfigChange> diff(const Config &old, const Config &now);

// As far as a reload gets from `running` to `next`: what only a restart changes stays as it runs.
Config after_reload(const Config &running, Config next);

} // namespace fastpath
