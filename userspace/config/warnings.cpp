// SPDX-License-Identifier: Apache-2.0
// Slips: see warnings.h.
#include "config/warnings.h"

#include "util/quote.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <span>

namespace fastpath {

namespace {

using Warnings = std::vector<std::string>;

// "corp.example." or "corp.example. and 3 more".
std::string first_of(const std::vector<std::string> &items) {
    return items.front() + (items.size() > 1 ? " and " + std::to_string(items.size() - 1) + " more" : "");
}

// A pool "default" of the resolver on this host alone says nothing: it is there also where the file has none.
void warn_of_unused_pools(const Config &config, Warnings &warnings) {
    std::set<std::string_view> used;
    const auto use = [&](const auto &item) { used.insert(item.pool); };
    std::for_each(config.listen.begin(), config.listen.end(), use);
    std::for_each(config.routes.begin(), config.routes.end(), use);
    std::for_each(config.clients.begin(), config.clients.end(), use);
    if (config.listen.empty()) {
        used.insert(default_pool);
    }
    const PoolConfig implied = Config().pools.front();
    for (const PoolConfig &pool : config.pools) {
        if (!used.contains(pool.name) && pool != implied) {
            warnings.push_back("pools: no route, client or listen address uses the pool " + in_quotes(pool.name));
        }
    }
}

void warn_of_azs(const Config &config, Warnings &warnings) {
    std::set<std::string_view> azs;
    for (const PoolConfig &pool : config.pools) {
        for (const UpstreamConfig &upstream : pool.upstreams) {
            if (!upstream.az.empty()) {
                azs.insert(upstream.az);
            }
        }
    }
    if (azs.empty() || azs.contains(config.az)) {
        return;
    }
    warnings.push_back(config.az.empty()
                           ? "az: not set, so that no upstream with an az counts as near"
                           : "az: no upstream is in " + in_quotes(config.az) + ", so that none of them counts as near");
}

struct AddressRange {
    IpAddress first;
    IpAddress last;
};

AddressRange range_of(const IpPrefix &prefix) {
    IpAddress last = prefix.address;
    for (unsigned bit = prefix.length; bit < 8 * last.octets.size(); ++bit) {
        last.octets[bit / 8] = static_cast<std::uint8_t>(last.octets[bit / 8] | 0x80U >> bit % 8);
    }
    return {prefix.address, last};
}

// Sorted, without those that lie within others. Of one family: ::/0 does not allow IPv4, although that lies within it here.
std::vector<AddressRange> allowed_ranges(const AclConfig &acl, bool is_ipv4) {
    std::set<IpPrefix> sorted; // the larger of two that begin alike comes first
    std::copy_if(acl.allow.begin(), acl.allow.end(), std::inserter(sorted, sorted.end()),
                 [is_ipv4](const IpPrefix &prefix) { return prefix.address.is_ipv4() == is_ipv4; });
    std::vector<AddressRange> ranges;
    for (const IpPrefix &prefix : sorted) {
        if (ranges.empty() || ranges.back().last < prefix.address) {
            ranges.push_back(range_of(prefix));
        }
    }
    return ranges;
}

// Prefixes either nest or have nothing in common; so do these ranges, and the last that begins before the end of `clients` decides.
bool is_any_allowed(const AddressRange &clients, const std::vector<AddressRange> &allowed) {
    const auto after = std::upper_bound(allowed.begin(), allowed.end(), clients.last,
                                        [](const IpAddress &last, const AddressRange &r) { return last < r.first; });
    return after != allowed.begin() && std::prev(after)->last >= clients.first;
}

void warn_of_clients_not_served(const Config &config, Warnings &warnings) {
    const std::vector<AddressRange> ipv4 = allowed_ranges(config.acl, true);
    const std::vector<AddressRange> ipv6 = allowed_ranges(config.acl, false);
    std::vector<std::string> outside;
    for (const ClientConfig &client : config.clients) {
        if (!is_any_allowed(range_of(client.prefix), client.prefix.address.is_ipv4() ? ipv4 : ipv6)) {
            outside.push_back(to_string(client.prefix));
        }
    }
    if (!outside.empty()) {
        warnings.push_back("clients: " + first_of(outside) + " outside of acl.allow: nobody there is served");
    }
}

std::span<const uint8_t> parent_of(std::span<const uint8_t> name) {
    return name.subspan(1U + name.front());
}

// A route that its nearest parent makes anyway: a slip, or left over from a move.
void warn_of_routes_without_effect(const Config &config, Warnings &warnings) {
    std::map<WireName, std::string_view> pools;
    for (const RouteConfig &route : config.routes) {
        pools.emplace(route.zone, route.pool);
    }
    std::vector<std::string> without_effect;
    for (const RouteConfig &route : config.routes) {
        for (std::span<const uint8_t> name = route.zone; name.front() != 0;) {
            name = parent_of(name);
            const auto above = pools.find(WireName(name.begin(), name.end()));
            if (above != pools.end()) {
                if (above->second == route.pool) {
                    without_effect.push_back(name_to_text(route.zone));
                }
                break;
            }
        }
    }
    if (!without_effect.empty()) {
        warnings.push_back("routes: " + first_of(without_effect) +
                           " without effect: a shorter zone leads to the same pool");
    }
}

// Clients and upstreams are of one family: where a pool has none for clients that are listened for, its zones are not reached.
void warn_of_families_without_upstream(const Config &config, Warnings &warnings) {
    for (const bool is_ipv4 : {true, false}) {
        const auto is_of_family = [is_ipv4](const auto &item) { return item.address.is_ipv4() == is_ipv4; };
        if (std::none_of(config.listen.begin(), config.listen.end(), is_of_family)) {
            continue;
        }
        const auto serves = [is_ipv4](const UpstreamConfig &upstream) {
            return !upstream.address || upstream.address->is_ipv4() == is_ipv4;
        };
        for (const PoolConfig &pool : config.pools) {
            if (std::none_of(pool.upstreams.begin(), pool.upstreams.end(), serves)) {
                const char *const family = is_ipv4 ? "IPv4" : "IPv6";
                warnings.push_back("pools: " + in_quotes(pool.name) + " has no " + family +
                                   " upstream: what comes in over " + family + " goes to the resolver on this host");
            }
        }
    }
}

} // namespace

std::vector<std::string> config_warnings(const Config &config) {
    Warnings warnings;
    warn_of_unused_pools(config, warnings);
    warn_of_azs(config, warnings);
    warn_of_clients_not_served(config, warnings);
    warn_of_routes_without_effect(config, warnings);
    warn_of_families_without_upstream(config, warnings);
    return warnings;
}

} // namespace fastpath
