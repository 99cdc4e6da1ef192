// SPDX-License-Identifier: Apache-2.0
// The nftables table of ours, as commands for nft(8). Pure: nothing here talks to the kernel.
#pragma once

#include "util/address.h"

#include <filesystem>
#include <set>
#include <string>

namespace fastpath {

// The name of the table, of the family inet, that belongs to a pin directory: dns_fastpath for /sys/fs/bpf/dns-fastpath. A second
// daemon on this host has other pins, and must not take this one's table for a changed one of its own.
std::string notrack_table(const std::filesystem::path &pins);

// One transaction that puts the table in place of whatever has its name: UDP and TCP with port 53 on either side, to or from
// one of the addresses or between this host and itself at 127.0.0.1 or ::1, is not tracked.
std::string notrack_ruleset(const std::string &table, const std::set<IpAddress> &addresses);

// Removes the table; no error where there is none.
std::string notrack_removal(const std::string &table);

std::string notrack_listing(const std::string &table);

} // namespace fastpath
