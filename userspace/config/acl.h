// SPDX-License-Identifier: Apache-2.0
// What acl.allow means once IPv4 and IPv6 share one longest-prefix table: the rows of the `clients` map.
#pragma once

#include "config/config.h"

#include <vector>

namespace fastpath {

struct ClientRule {
    IpPrefix prefix;
    bool allowed = true;

    bool operator==(const ClientRule &) const = default;
};

// An IPv6 prefix such as ::/0 also covers ::ffff:0:0/96, where the map keeps IPv4. Who allows all of IPv6 has said nothing
// of IPv4, so a row for 0.0.0.0/0 is always there: the one of the list, or one that allows nobody.
std::vector<ClientRule> client_rules(const AclConfig &acl);

// What the longest-prefix table would say of this client.
bool is_allowed(const AclConfig &acl, const IpAddress &address);

} // namespace fastpath
