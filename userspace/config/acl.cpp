// SPDX-License-Identifier: Apache-2.0
// The default of acl.allow, and its meaning: see acl.h.
#include "config/acl.h"

#include <algorithm>
#include <array>

namespace fastpath {

namespace {

bool covers(const IpPrefix &prefix, const IpAddress &address) {
    for (unsigned bit = 0; bit < prefix.length; bit++) {
        const auto mask = static_cast<uint8_t>(0x80U >> bit % 8);
        if (((prefix.address.octets[bit / 8] ^ address.octets[bit / 8]) & mask) != 0) {
            return false;
        }
    }
    return true;
}

} // namespace

std::vector<IpPrefix> default_acl() {
    constexpr std::array texts = {
        "127.0.0.0/8",    "::1/128",                         // loopback
        "10.0.0.0/8",     "172.16.0.0/12", "192.168.0.0/16", // private, RFC 1918
        "fc00::/7",                                          // unique local, RFC 4193
        "169.254.0.0/16", "fe80::/10",                       // link-local, RFC 3927 and 4291
        "100.64.0.0/10",                                     // shared, RFC 6598
    };
    std::vector<IpPrefix> prefixes;
    prefixes.reserve(texts.size());
    for (const char *text : texts) {
        prefixes.push_back(parse_prefix(text).value());
    }
    return prefixes;
}

std::vector<ClientRule> client_rules(const AclConfig &acl) {
    const IpPrefix all_ipv4{IpAddress::from_ipv4({0, 0, 0, 0}), 96};
    std::vector<ClientRule> rules;
    for (const IpPrefix &prefix : acl.allow) {
        rules.push_back({prefix, true});
    }
    if (std::find(acl.allow.begin(), acl.allow.end(), all_ipv4) == acl.allow.end()) {
        rules.push_back({all_ipv4, false});
    }
    return rules;
}

bool is_allowed(const AclConfig &acl, const IpAddress &address) {
    const ClientRule *longest = nullptr;
    const std::vector<ClientRule> rules = client_rules(acl);
    for (const ClientRule &rule : rules) {
        if (covers(rule.prefix, address) && (longest == nullptr || rule.prefix.length > longest->prefix.length)) {
            longest = &rule;
        }
    }
    return longest != nullptr && longest->allowed;
}

} // namespace fastpath
