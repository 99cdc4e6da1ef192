// SPDX-License-Identifier: Apache-2.0
// The rows of the map `clients`: what one longest-prefix match has to say so that acl.allow, `clients` and the list of upstreams
// hold, each by its own prefixes. Pure.
#pragma once

#include "config/config.h"

#include <cstdint>
#include <dns_fastpath/config.h>
#include <map>
#include <set>
#include <vector>

namespace fastpath {

struct ClientRow {
    IpPrefix prefix;
    bool allowed = false;
    bool is_upstream = false;
    std::uint16_t view = FP_VIEW_NONE; // that of the listen address
    std::uint16_t pool = FP_POOL_NONE; // that of the listen address

    bool operator==(const ClientRow &) const = default;
};

// What `clients` of the config gives to a prefix, in numbers.
struct ClientChoice {
    std::uint16_t view;
    std::uint16_t pool;
};

// One row for each prefix that says something else than the row above it; where there is none, nobody is allowed and the listen
// address decides. An IPv6 prefix says nothing of IPv4, although the map keeps IPv4 within ::ffff:0:0/96.
[[nodiscard]] std::vector<ClientRow> client_rows(const std::vector<IpPrefix> &allow,
                                                 const std::map<IpPrefix, ClientChoice> &choices,
                                                 const std::set<IpAddress> &upstreams);

} // namespace fastpath
