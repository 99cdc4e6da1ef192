// SPDX-License-Identifier: Apache-2.0
// What the host's nftables rules mean for DNS that is not tracked. Pure. Rules of iptables are seen only as far as nft shows them.
#pragma once

#include "doctor/nft_ruleset.h"

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace fastpath::doctor {

// The addresses of our own table, which is of the family inet; none where it is not there or has lost a hook or its rules.
std::optional<std::set<IpAddress>> notrack_addresses(const NftRuleset &ruleset, const std::string &table);

// Rules that give packets a conntrack zone. They take the mark `untracked` off again, or come before it is given.
std::vector<const NftRule *> zone_rules(const NftRuleset &ruleset);

// Rules that translate addresses or ports of packets about port 53: packets that are not tracked do not come to them.
std::vector<const NftRule *> dns_translations(const NftRuleset &ruleset);

// Rules by which a table that drops the rest lets DNS in by the state of its connection: known ones, or new ones to port 53.
// What is not tracked has no such state.
std::vector<const NftRule *> rules_that_want_tracking(const NftRuleset &ruleset);

inline constexpr std::string_view remedy_for_tracking_rules =
    "Before it, accept with `ct state untracked` what the resolver is sent: `udp dport 53`, `tcp dport 53`, "
    "`udp sport 53 udp dport 1024-65535`, `tcp sport 53 tcp flags & (syn | ack) != syn`, and not all of source "
    "port 53, which any sender may use; or set conntrack.notrack: false";

// Why DNS must not be left untracked under this ruleset, and what to do about that; nullopt: it may.
std::optional<std::string> hindrance_of_notrack(const NftRuleset &ruleset);

// "table ip filter, chain input, handle 7; ..."
std::string list_of(const std::vector<const NftRule *> &rules);

} // namespace fastpath::doctor
