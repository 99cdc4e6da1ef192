// SPDX-License-Identifier: Apache-2.0
// The connection tracking table of this network namespace, as /proc shows it. Read only.
#pragma once

#include "util/address.h"

#include <cstdint>
#include <istream>
#include <optional>
#include <set>

namespace fastpath {

struct ConntrackFill {
    uint64_t entries = 0;
    uint64_t limit = 0; // beyond it new connections are dropped
};

// nullopt where the kernel has no connection tracking.
std::optional<ConntrackFill> read_conntrack_fill();

// Connections over UDP or TCP with port 53 on one side, to or from one of the addresses, as the kernel saw their packets
// first or as it sees the answers (they differ where addresses are translated).
uint64_t count_dns_connections(std::istream &lines, const std::set<IpAddress> &addresses);

// The same, of the table as it is now; nullopt where the kernel does not list it.
std::optional<uint64_t> tracked_dns_connections(const std::set<IpAddress> &addresses);

} // namespace fastpath
