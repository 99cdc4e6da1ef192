// SPDX-License-Identifier: Apache-2.0
#include "doctor/nft_ruleset.h"

#include "doctor/json_member.h"

namespace fastpath::doctor {

namespace {

using Json = nlohmann::json;

std::string text_of(const Json &object, const char *key) {
    const Json &value = member(object, key);
    return value.is_string() ? value.get<std::string>() : std::string();
}

// An element is "192.0.2.1", or {"elem": {"val": "192.0.2.1", ...}} where it has more to it.
std::set<IpAddress> addresses_of(const Json &set) {
    std::set<IpAddress> addresses;
    for (const Json &element : member(set, "elem")) {
        const std::string plain =
            element.is_string() ? element.get<std::string>() : text_of(member(element, "elem"), "val");
        if (const Result<IpAddress> address = parse_address(plain)) {
            addresses.insert(*address);
        }
    }
    return addresses;
}

void add(NftRuleset &ruleset, const std::string &kind, const Json &object) {
    const std::string family = text_of(object, "family");
    const std::string table = text_of(object, "table");
    if (kind == "chain") {
        ruleset.chains.push_back({family, table, text_of(object, "name"), text_of(object, "type"),
                                  text_of(object, "hook"), text_of(object, "policy")});
    } else if (kind == "rule") {
        const Json &handle = member(object, "handle");
        ruleset.rules.push_back({family, table, text_of(object, "chain"),
                                 handle.is_number_unsigned() ? handle.get<uint64_t>() : 0, member(object, "expr")});
    } else if (kind == "set") {
        ruleset.sets.push_back({family, table, text_of(object, "name"), addresses_of(object)});
    }
}

} // namespace

Result<NftRuleset> parse_nft_ruleset(const std::string &json) {
    const Json whole = Json::parse(json, nullptr, false);
    const Json &entries = member(whole, "nftables");
    if (!entries.is_array()) {
        return fail("nft gives no list of rules");
    }
    NftRuleset ruleset;
    for (const Json &entry : entries) { // each is an object with one member, whose name is its kind
        for (const auto &[kind, object] : entry.items()) {
            if (object.is_object()) {
                add(ruleset, kind, object);
            }
        }
    }
    return ruleset;
}

std::string place_of(const NftRule &rule) {
    return "table " + rule.family + " " + rule.table + ", chain " + rule.chain + ", handle " +
           std::to_string(rule.handle);
}

} // namespace fastpath::doctor
