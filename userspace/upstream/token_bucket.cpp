// SPDX-License-Identifier: Apache-2.0
// TokenBucket: the generic cell rate algorithm (ITU-T I.371) as virtual scheduling.
#include "upstream/token_bucket.h"

#include <algorithm>
#include <dns_fastpath/abi.h>

namespace fastpath {

TokenBucket::TokenBucket(uint32_t per_second, uint32_t burst)
    : interval_ns_(FP_NSEC_PER_SEC / per_second), depth_ns_(interval_ns_ * (burst - 1)) {}

bool TokenBucket::take(uint64_t now_ns) {
    if (now_ns < next_ns()) {
        return false;
    }
    full_ns_ = std::max(full_ns_, now_ns) + interval_ns_;
    return true;
}

} // namespace fastpath
