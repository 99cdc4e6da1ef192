// SPDX-License-Identifier: Apache-2.0
// Who has to go when the cache is full. Pure: candidates in, victims out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace fastpath {

struct EvictionCandidate {
    uint64_t handle;    // the caller's name for it
    uint64_t last_used; // seconds, any origin
    bool dead;          // expired or flushed
};

// The dead, and the coldest of the rest so that at least `wanted` go (all, if there are fewer). Order is unspecified.
std::vector<uint64_t> choose_victims(std::vector<EvictionCandidate> candidates, size_t wanted);

} // namespace fastpath
