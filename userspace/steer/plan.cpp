// SPDX-License-Identifier: Apache-2.0
#include "steer/plan.h"

#include "steer/numbers.h"
#include "util/quote.h"

#include <algorithm>
#include <dns_fastpath/config.h>
#include <dns_fastpath/steer.h>

namespace fastpath {

namespace {

// So much of max_qps may be used at once: queries come in bursts, and resolvers have queues. A bucket for less than some queries
// runs over while those that come at random keep below the rate: a tenth of the rate was lost with one for one query.
constexpr std::uint64_t shortest_burst_ns = 20'000'000;
constexpr std::uint64_t smallest_burst = 8;

std::string written(const UpstreamId &id) {
    return "upstream " + (id.address ? to_string(*id.address) : "local") + " of pool " + in_quotes(id.pool);
}

class Planner {
  public:
    Planner(const Config &config, const std::set<IpAddress> &listen_addresses, const KnownNumbers &known)
        : config_(config), listen_addresses_(listen_addresses), upstreams_(known.upstreams, FP_UPSTREAMS_MAX),
          views_(known.views, FP_VIEWS_MAX) {}

    Result<SteeringPlan> make();

  private:
    Result<> add_pools();
    Result<> add_upstream(const PoolConfig &pool, const UpstreamConfig &upstream);
    Result<> add_listeners();
    Result<> add_clients();
    void add_routes();

    [[nodiscard]] std::uint16_t pool_number(const std::string &name) const { return pool_numbers_.at(name); }
    Result<std::uint16_t> view_number(const std::string &name);

    const Config &config_;
    const std::set<IpAddress> &listen_addresses_;
    Numbers<UpstreamId> upstreams_;
    Numbers<std::string> views_;
    std::map<std::string, std::uint16_t> pool_numbers_;
    std::set<UpstreamId> seen_;
    SteeringPlan plan_;
};

Result<SteeringPlan> Planner::make() {
    // 0 is "default" from the first plan on: what is cached without any view has been there already.
    Result<> done = view_number(default_view).map([](std::uint16_t) {});
    done = done ? add_pools() : done;
    done = done ? add_listeners() : done;
    done = done ? add_clients() : done;
    if (!done) {
        return tl::unexpected(done.error());
    }
    add_routes();
    plan_.views = views_.given();
    return std::move(plan_);
}

Result<> Planner::add_pools() {
    for (const PoolConfig &pool : config_.pools) {
        pool_numbers_[pool.name] = static_cast<std::uint16_t>(plan_.pools.size());
        plan_.pools.push_back(pool.name);
        for (const UpstreamConfig &upstream : pool.upstreams) {
            if (Result<> added = add_upstream(pool, upstream); !added) {
                return added;
            }
        }
    }
    return {};
}

Result<> Planner::add_upstream(const PoolConfig &pool, const UpstreamConfig &upstream) {
    UpstreamId id{pool.name, upstream.address};
    // What is sent to an address of our own would come in at this program again.
    if (id.address && listen_addresses_.contains(*id.address)) {
        plan_.warnings.push_back(written(id) + " is an address that we answer on: taken for the resolver on this host");
        id.address.reset();
    }
    if (!seen_.insert(id).second) {
        plan_.warnings.push_back(written(id) + " is there twice: the first one counts");
        return {};
    }
    const std::optional<std::uint16_t> number = upstreams_.of(id);
    if (!number) {
        return fail("no number is free for " + written(id) + ": at most " + std::to_string(FP_UPSTREAMS_MAX) +
                    " upstreams are possible, those that a reload takes away included; take them away by a reload "
                    "of its own");
    }
    const bool is_near = !id.address || upstream.az == config_.az;
    const std::uint64_t query_ns = upstream.max_qps == 0 ? 0 : FP_NSEC_PER_SEC / upstream.max_qps;
    plan_.steers = plan_.steers || id.address;
    plan_.upstreams.push_back({.id = std::move(id),
                               .number = *number,
                               .pool = pool_numbers_.at(pool.name),
                               .tier = static_cast<std::uint8_t>(is_near ? 0 : 1),
                               .az = upstream.az,
                               .weight = upstream.weight,
                               .max_qps = upstream.max_qps,
                               .query_ns = query_ns,
                               .burst_ns = std::max(shortest_burst_ns, smallest_burst * query_ns)});
    return {};
}

Result<> Planner::add_listeners() {
    std::map<IpAddress, const ListenConfig *> by_address;
    for (const ListenConfig &listen : config_.listen) {
        by_address[listen.address] = &listen;
    }
    const ListenConfig by_default;
    for (const IpAddress &address : listen_addresses_) {
        const auto found = by_address.find(address);
        const ListenConfig &listen = found == by_address.end() ? by_default : *found->second;
        const Result<std::uint16_t> view = view_number(listen.view);
        if (!view) {
            return tl::unexpected(view.error());
        }
        plan_.listeners[address] = {.view = *view, .pool = pool_number(listen.pool)};
    }
    return {};
}

Result<> Planner::add_clients() {
    std::map<IpPrefix, ClientChoice> choices;
    for (const ClientConfig &client : config_.clients) {
        const std::uint16_t pool = client.pool.empty() ? std::uint16_t{FP_POOL_NONE} : pool_number(client.pool);
        const Result<std::uint16_t> view = client.view.empty() ? FP_VIEW_NONE : view_number(client.view);
        if (!view) {
            return tl::unexpected(view.error());
        }
        choices[client.prefix] = {.view = *view, .pool = pool};
    }
    std::set<IpAddress> upstreams;
    for (const PlannedUpstream &upstream : plan_.upstreams) {
        if (upstream.id.address) {
            upstreams.insert(*upstream.id.address);
        }
    }
    plan_.clients = client_rows(config_.acl.allow, choices, upstreams);
    return {};
}

void Planner::add_routes() {
    std::map<WireName, std::uint16_t> pools;
    for (const RouteConfig &route : config_.routes) {
        pools[route.zone] = pool_number(route.pool);
    }
    plan_.routes = RouteTable(std::move(pools));
}

Result<std::uint16_t> Planner::view_number(const std::string &name) {
    if (const std::optional<std::uint16_t> number = views_.of(name)) {
        return *number;
    }
    return fail(
        "no number is free for view " + in_quotes(name) + ": " + std::to_string(FP_VIEWS_MAX) +
        " names have been used since the cache was made; `dns-fastpathctl detach` and a restart make a new one");
}

} // namespace

Result<SteeringPlan> make_plan(const Config &config, const std::set<IpAddress> &listen_addresses,
                               const KnownNumbers &known) {
    return Planner(config, listen_addresses, known).make();
}

} // namespace fastpath
