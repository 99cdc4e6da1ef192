// SPDX-License-Identifier: Apache-2.0
// Checks across keys: see validate.h.
#include "config/validate.h"

#include "util/duration.h"
#include "util/quote.h"

#include <algorithm>
#include <net/if.h>
#include <set>

namespace fastpath {

bool is_interface_name(std::string_view name) {
    const auto is_allowed = [](char c) { return c > ' ' && c <= '~' && c != '/' && c != ':'; };
    return !name.empty() && name.size() < IFNAMSIZ && name != "." && name != ".." &&
           std::all_of(name.begin(), name.end(), is_allowed);
}

std::optional<Contradiction> find_contradiction(const Config &config) {
    const CacheConfig &cache = config.cache;
    if (cache.min_ttl > cache.max_ttl) {
        return Contradiction{{"cache.min_ttl", "cache.max_ttl"},
                             "cache.min_ttl (" + format_duration(cache.min_ttl) + ") is above cache.max_ttl (" +
                                 format_duration(cache.max_ttl) + ")"};
    }
    const HealthConfig &health = config.health;
    if (health.timeout > health.interval) {
        return Contradiction{{"health.timeout", "health.interval"},
                             "health.timeout (" + format_duration(health.timeout) + ") is above health.interval (" +
                                 format_duration(health.interval) + ")"};
    }
    // max_negative_ttl and failure_ttl above max_ttl contradict nothing: the lower limit holds, and who lowers max_ttl
    // should not have to lower their defaults as well.
    return std::nullopt;
}

Result<> validate(const Config &config) {
    if (config.interfaces.empty()) {
        return fail("no interface: list at least one under \"interfaces\" in the config file, or give --interface IF");
    }
    std::set<std::string_view> seen;
    for (const InterfaceConfig &interface : config.interfaces) {
        if (!is_interface_name(interface.name)) {
            return fail(in_quotes(interface.name) + " cannot be the name of an interface");
        }
        if (!seen.insert(interface.name).second) {
            return fail("interface " + in_quotes(interface.name) + " is given twice");
        }
    }
    if (const auto contradiction = find_contradiction(config)) {
        return fail(contradiction->text);
    }
    return {};
}

} // namespace fastpath
