// SPDX-License-Identifier: Apache-2.0
// What is wrong with a whole Config although each value alone is allowed.
#pragma once

#include "config/config.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fastpath {

// Of a value in a config file: {"cache.max_ttl"}, or the pool of the third route: {"routes", {"2", "pool"}}.
struct Place {
    std::string_view key;
    std::vector<std::string> within = {}; // keys of maps, and indices of lists

    bool operator==(const Place &) const = default;
};

struct Contradiction {
    std::vector<Place> places; // the likely culprit first
    std::string text;
};

// The first one.
std::optional<Contradiction> find_contradiction(const Config &config);

} // namespace fastpath
