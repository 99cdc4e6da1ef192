// SPDX-License-Identifier: Apache-2.0
// Checks across keys: see contradiction.h.
#include "config/contradiction.h"

#include "config/spelling.h"
#include "util/duration.h"
#include "util/quote.h"

#include <algorithm>
#include <dns_fastpath/steer.h>
#include <set>

namespace fastpath {

namespace {

using Found = std::optional<Contradiction>;
using Names = std::set<std::string_view>;

// max_negative_ttl and failure_ttl above max_ttl contradict nothing: the lower limit holds, and who lowers max_ttl should not
// have to lower their defaults as well.
Found check_ttls(const Config &config) {
    const CacheConfig &cache = config.cache;
    if (cache.min_ttl <= cache.max_ttl) {
        return std::nullopt;
    }
    return Contradiction{{{"cache.min_ttl"}, {"cache.max_ttl"}},
                         "cache.min_ttl (" + format_duration(cache.min_ttl) + ") is above cache.max_ttl (" +
                             format_duration(cache.max_ttl) + ")"};
}

Found check_health(const Config &config) {
    const HealthConfig &health = config.health;
    if (health.timeout <= health.interval) {
        return std::nullopt;
    }
    return Contradiction{{{"health.timeout"}, {"health.interval"}},
                         "health.timeout (" + format_duration(health.timeout) + ") is above health.interval (" +
                             format_duration(health.interval) + ")"};
}

// Of one list whose items may name a pool.
template <class Item> Found check_pools_of(std::string_view key, const std::vector<Item> &items, const Names &known) {
    for (std::size_t i = 0; i < items.size(); ++i) {
        const std::string &pool = items[i].pool;
        if (!pool.empty() && !known.contains(pool)) {
            return Contradiction{{{key, {std::to_string(i), "pool"}}},
                                 std::string(key) + ": no pool " + in_quotes(pool) + " is listed under pools" +
                                     spelling_hint(pool, {known.begin(), known.end()})};
        }
    }
    return std::nullopt;
}

Found check_pools(const Config &config) {
    Names known;
    for (const PoolConfig &pool : config.pools) {
        known.insert(pool.name);
    }
    Found found = check_pools_of("listen", config.listen, known);
    if (!found) {
        found = check_pools_of("routes", config.routes, known);
    }
    return found ? found : check_pools_of("clients", config.clients, known);
}

// A query that this host sends to itself comes back as one of a client.
Found check_upstreams(const Config &config) {
    std::set<IpAddress> ours(config.steering.source_addresses.begin(), config.steering.source_addresses.end());
    for (const ListenConfig &listen : config.listen) {
        ours.insert(listen.address);
    }
    for (const PoolConfig &pool : config.pools) {
        for (std::size_t i = 0; i < pool.upstreams.size(); ++i) {
            const std::optional<IpAddress> &address = pool.upstreams[i].address;
            if (address && ours.contains(*address)) {
                return Contradiction{{{"pools", {pool.name, "upstreams", std::to_string(i), "address"}},
                                      {"listen"},
                                      {"steering.source_addresses"}},
                                     "pools: " + to_string(*address) +
                                         " is an address of this host, by listen or steering.source_addresses; write "
                                         "\"local\" for the resolver on it"};
            }
        }
    }
    return std::nullopt;
}

Found check_source_addresses(const Config &config) {
    const auto &addresses = config.steering.source_addresses;
    std::size_t of_family[2] = {0, 0};
    for (std::size_t i = 0; i < addresses.size(); ++i) {
        const bool is_ipv4 = addresses[i].is_ipv4();
        if (++of_family[is_ipv4 ? 0 : 1] > FP_SOURCES_MAX) {
            return Contradiction{{{"steering.source_addresses", {std::to_string(i)}}},
                                 "steering.source_addresses: more than " + std::to_string(FP_SOURCES_MAX) +
                                     (is_ipv4 ? " IPv4 addresses" : " IPv6 addresses")};
        }
    }
    return std::nullopt;
}

template <class Item> Found check_views_of(std::string_view key, const std::vector<Item> &items, Names &views) {
    for (std::size_t i = 0; i < items.size(); ++i) {
        const std::string &view = items[i].view;
        if (!view.empty() && views.insert(view).second && views.size() > FP_VIEWS_MAX) {
            return Contradiction{{{key, {std::to_string(i), "view"}}},
                                 std::string(key) + ": view " + in_quotes(view) + " is one more than the " +
                                     std::to_string(FP_VIEWS_MAX) + " that there may be"};
        }
    }
    return std::nullopt;
}

Found check_views(const Config &config) {
    Names views = {default_view};
    Found found = check_views_of("listen", config.listen, views);
    return found ? found : check_views_of("clients", config.clients, views);
}

} // namespace

std::optional<Contradiction> find_contradiction(const Config &config) {
    for (const auto check :
         {check_ttls, check_health, check_pools, check_upstreams, check_source_addresses, check_views}) {
        if (Found found = check(config)) {
            return found;
        }
    }
    return std::nullopt;
}

} // namespace fastpath
