// SPDX-License-Identifier: Apache-2.0
// What came of loading a snapshot.
#pragma once

#include <cstdint>

namespace fastpath::snapshot {

struct LoadReport {
    uint64_t answers = 0; // in the file
    uint64_t loaded = 0;  // the others are of no use any more, or there is a later answer
};

} // namespace fastpath::snapshot
