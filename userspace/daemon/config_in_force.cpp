// SPDX-License-Identifier: Apache-2.0
#include "daemon/config_in_force.h"

#include "config/acl.h"
#include "daemon/addresses.h"
#include "daemon/settings.h"
#include "util/clock.h"

#include <algorithm>
#include <spdlog/spdlog.h>

namespace fastpath {

namespace {

void warn_without_address(const std::set<IpAddress> &addresses) {
    if (addresses.empty()) {
        spdlog::warn("the interfaces have no address: nothing is answered until one is added");
    }
}

// A config that turns away the neighbours of this host is allowed, but seldom meant.
void warn_about_clients(const AclConfig &acl, const std::set<IpAddress> &addresses) {
    if (acl.action == AclAction::pass) {
        return;
    }
    const char *const fate = acl.action == AclAction::drop ? "dropped" : "answered REFUSED";
    spdlog::info("UDP queries of clients outside acl.allow ({} prefixes) are {}, whatever the resolver allows",
                 acl.allow.size(), fate);
    for (const IpAddress &address : addresses) {
        if (!address.is_link_local() && !is_allowed(acl, address)) {
            spdlog::warn("{} itself is outside acl.allow: are its clients in it?", to_string(address));
        }
    }
}

// How many of `these` are not among `others`.
auto count_missing(const std::set<IpAddress> &these, const std::set<IpAddress> &others) {
    return std::count_if(these.begin(), these.end(),
                         [&others](const IpAddress &address) { return !others.contains(address); });
}

} // namespace

Result<> ConfigInForce::start(const Config &config) {
    const Result<std::set<IpAddress>> addresses = listen_addresses(config);
    if (!addresses) {
        return tl::unexpected(addresses.error());
    }
    untracking_.configure(config, *addresses); // before the first query of our own
    const Result<> started = start_steering();
    return started ? watch_resolver(config, *addresses) : started;
}

Result<> ConfigInForce::start_steering() {
    Result<std::unique_ptr<Steering>> steering =
        Steering::create(programs_, cache_.answers(), [this] { cache_.refresher().start_over(); });
    if (!steering) {
        return tl::unexpected(steering.error());
    }
    steering_ = std::move(*steering);
    if (monotonic_ns() > meta_.heartbeat_ns + FP_HEARTBEAT_MAX_AGE_NS) {
        steering_->doubt_states();
    }
    return {};
}

Result<> ConfigInForce::watch_resolver(const Config &config, const std::set<IpAddress> &addresses) {
    const auto follow = [this](HealthState state) {
        steering_->set_local_state(state);
        state == HealthState::recovering ? cache_.refresher().start_over() : cache_.refresher().run();
    };
    Result<std::unique_ptr<ResolverWatch>> watch =
        ResolverWatch::create(programs_.map("resolver"), config, addresses, follow);
    if (!watch) {
        return tl::unexpected(watch.error());
    }
    resolver_ = std::move(*watch);
    return {};
}

Result<> ConfigInForce::join(EventLoop &loop) {
    Result<> joined = resolver_->join(loop);
    joined = joined ? steering_->join(loop) : joined;
    return joined ? untracking_.join(loop) : joined;
}

Result<> ConfigInForce::apply(const Config &config) {
    const Result<std::set<IpAddress>> addresses = listen_addresses(config);
    if (!addresses) {
        return tl::unexpected(addresses.error());
    }
    if (Result<> applied = steering_->apply(config, *addresses, settings_of(config)); !applied) {
        return applied;
    }
    resolver_->configure(config, *addresses);
    untracking_.configure(config, *addresses);
    warn_without_address(*addresses);
    warn_about_clients(config.acl, *addresses);
    if (*addresses != answered_on_) {
        for (const IpAddress &address : *addresses) {
            spdlog::info("answering on {} port 53", to_string(address));
        }
        answered_on_ = *addresses;
    }
    return {};
}

void ConfigInForce::follow_addresses(const Config &config) {
    const Result<std::set<IpAddress>> addresses = listen_addresses(config);
    if (!addresses) {
        spdlog::error("{}", addresses.error().message);
        return;
    }
    if (*addresses == answered_on_) {
        steering_->follow_interfaces(config);
        return;
    }
    const auto added = count_missing(*addresses, answered_on_);
    const auto removed = count_missing(answered_on_, *addresses);
    resolver_->configure(config, *addresses); // first: its probes should not wait for the rest
    if (const Result<> applied = apply(config); !applied) {
        spdlog::error("{}", applied.error().message);
    } else {
        spdlog::info("addresses have changed: {} added, {} removed", added, removed);
    }
}

Result<> ConfigInForce::leave_host() {
    if (steering_) {
        steering_->undo();
    }
    return untracking_.undo();
}

std::optional<SocketAddress> ConfigInForce::server_for(std::span<const uint8_t> name, const Asker &asker) const {
    const std::optional<Target> target = steering_->target_of(name, asker.pool, asker.is_ipv6);
    if (!target) {
        return std::nullopt;
    }
    if (target->upstream) {
        return SocketAddress{*target->upstream, FP_DNS_PORT};
    }
    return resolver_ ? resolver_->address() : std::nullopt;
}

} // namespace fastpath
