// SPDX-License-Identifier: Apache-2.0
// From the config to what the programs and the cache are told.
#pragma once

#include "cache/policy.h"
#include "config/config.h"

#include <dns_fastpath/config.h>

namespace fastpath {

CachePolicy cache_policy(const Config &config);

// Seconds that answers are of use past their lifetime.
uint32_t stale_max_age(const Config &config);

// Without `steers` and `has_routes`, which follow from the plan of the steering.
fp_settings settings_of(const Config &config);

} // namespace fastpath
