// SPDX-License-Identifier: Apache-2.0
// What acl.allow says of one client. The rows of the map `clients`, in which it is one thing of several: steer/client_rows.
#pragma once

#include "config/config.h"

namespace fastpath {

// An IPv6 prefix says nothing of IPv4, although here IPv4 lies within ::ffff:0:0/96.
bool is_allowed(const AclConfig &acl, const IpAddress &address);

} // namespace fastpath
