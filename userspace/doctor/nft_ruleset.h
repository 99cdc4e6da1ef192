// SPDX-License-Identifier: Apache-2.0
// The firewall of the host, as `nft --json list ruleset` shows it (libnftables-json(5)), as far as the checks look at it.
#pragma once

#include "util/address.h"
#include "util/result.h"

#include <cstdint>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace fastpath::doctor {

struct NftChain {
    std::string family;
    std::string table;
    std::string name;
    std::string type;   // "filter", "nat"; the rest is empty where it is no base chain
    std::string hook;   // "prerouting"
    std::string policy; // "accept", "drop"
};

struct NftRule {
    std::string family;
    std::string table;
    std::string chain;
    uint64_t handle = 0;
    nlohmann::json statements; // an array
};

struct NftSet {
    std::string family;
    std::string table;
    std::string name;
    std::set<IpAddress> addresses; // those of its elements that are single addresses
};

struct NftRuleset {
    std::vector<NftChain> chains;
    std::vector<NftRule> rules;
    std::vector<NftSet> sets;
};

Result<NftRuleset> parse_nft_ruleset(const std::string &json);

// "table ip filter, chain input, handle 7": as `nft --handle list ruleset` names it.
std::string place_of(const NftRule &rule);

} // namespace fastpath::doctor
