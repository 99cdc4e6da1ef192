// SPDX-License-Identifier: Apache-2.0
// The maps that the config decides: settings and clients.
#pragma once

#include "cache/policy.h"
#include "config/config.h"
#include "util/result.h"

namespace fastpath {

CachePolicy cache_policy(const Config &config);

// Seconds that answers are of use past their lifetime.
uint32_t stale_max_age(const Config &config);

Result<> write_settings(int map_fd, const Config &config);

// Makes the map `clients` hold exactly the rules of the ACL. Adds before it removes, so that no allowed client is ever turned
// away.
Result<> sync_clients(int map_fd, const AclConfig &acl);

} // namespace fastpath
