// SPDX-License-Identifier: Apache-2.0
// The point in time that does not come. Points in time here are CLOCK_MONOTONIC nanoseconds, as in the maps.
#pragma once

#include <cstdint>

namespace fastpath {

inline constexpr uint64_t never_ns = UINT64_MAX;

} // namespace fastpath
