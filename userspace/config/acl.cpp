// SPDX-License-Identifier: Apache-2.0
// The default of acl.allow, and its meaning: see acl.h.
#include "config/acl.h"

#include <algorithm>
#include <array>

namespace fastpath {

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

bool is_allowed(const AclConfig &acl, const IpAddress &address) {
    return std::any_of(acl.allow.begin(), acl.allow.end(), [&](const IpPrefix &prefix) {
        return prefix.address.is_ipv4() == address.is_ipv4() && prefix.covers({address});
    });
}

} // namespace fastpath
