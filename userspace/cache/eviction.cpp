// SPDX-License-Identifier: Apache-2.0
#include "cache/eviction.h"

#include <algorithm>

namespace fastpath {

std::vector<uint64_t> choose_victims(std::vector<EvictionCandidate> candidates, size_t wanted) {
    const auto living = std::partition(candidates.begin(), candidates.end(), [](const auto &c) { return c.dead; });
    const auto dead = static_cast<size_t>(living - candidates.begin());
    const size_t count = std::min(candidates.size(), std::max(dead, wanted));
    const auto last = candidates.begin() + static_cast<std::ptrdiff_t>(count);

    if (last != candidates.end() && count > dead) {
        std::nth_element(living, last, candidates.end(),
                         [](const auto &a, const auto &b) { return a.last_used < b.last_used; });
    }
    std::vector<uint64_t> victims;
    victims.reserve(count);
    std::transform(candidates.begin(), last, std::back_inserter(victims), [](const auto &c) { return c.handle; });
    return victims;
}

} // namespace fastpath
