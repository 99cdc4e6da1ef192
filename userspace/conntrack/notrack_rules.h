// SPDX-License-Identifier: Apache-2.0
// The nftables table of ours, as commands for nft(8). Pure: nothing here talks to the kernel.
#pragma once

#include "util/address.h"

#include <set>
#include <string>

namespace fastpath {

inline const std::string notrack_table = "dns_fastpath"; // of the family inet

// One transaction that puts the table in place of whatever has its name: UDP and TCP with port 53 on either side, to or from
// one of the addresses, is not tracked.
std::string notrack_ruleset(const std::set<IpAddress> &addresses);

// Removes the table; no error where there is none.
std::string notrack_removal();

std::string notrack_listing();

} // namespace fastpath
