// SPDX-License-Identifier: Apache-2.0
// Config: what the operator decides, as plain values. The initialisers here are the defaults, and the only place of them;
// keys.cpp says how each is written in YAML, what it may be, and what it means.
#pragma once

#include "dns/name.h"
#include "util/address.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace fastpath {

enum class InterfaceMode { automatic, native, generic };
enum class AclAction { refuse, drop, pass };
enum class CookiePolicy { ignore, pass };
enum class StalePolicy { on_failure, always, off };
enum class OnStop { detach, keep };
enum class LogLevel { trace, debug, info, warn, error };

struct InterfaceConfig {
    std::string name;
    InterfaceMode mode = InterfaceMode::automatic;

    bool operator==(const InterfaceConfig &) const = default;
};

inline const std::string default_pool = "default";
inline const std::string default_view = "default";

struct ListenConfig {
    IpAddress address;
    std::string pool = default_pool;
    std::string view = default_view;

    bool operator==(const ListenConfig &) const = default;
};

struct UpstreamConfig {
    std::optional<IpAddress> address = {}; // none = "local", the resolver on this host
    std::string az = {};
    std::uint32_t weight = 100;
    std::uint32_t max_qps = 0; // 0 = no limit

    bool operator==(const UpstreamConfig &) const = default;
};

struct PoolConfig {
    std::string name;
    std::vector<UpstreamConfig> upstreams;

    bool operator==(const PoolConfig &) const = default;
};

// Names at and below `zone` are resolved by `pool`.
struct RouteConfig {
    WireName zone;
    std::string pool;

    bool operator==(const RouteConfig &) const = default;
};

struct ClientConfig {
    IpPrefix prefix;
    std::string pool; // "" = that of the listen address
    std::string view; // "" = that of the listen address

    bool operator==(const ClientConfig &) const = default;
};

struct PortRange {
    std::uint16_t first = 0;
    std::uint16_t last = 0; // included

    bool operator==(const PortRange &) const = default;
};

struct SteeringConfig {
    std::vector<IpAddress> source_addresses; // empty = the interface's own
    PortRange source_ports{20'000, 24'095};
    std::chrono::milliseconds timeout{5'000};

    bool operator==(const SteeringConfig &) const = default;
};

struct ConntrackConfig {
    bool notrack = true;

    bool operator==(const ConntrackConfig &) const = default;
};

std::vector<IpPrefix> default_acl();

struct AclConfig {
    std::vector<IpPrefix> allow = default_acl();
    AclAction action = AclAction::refuse;

    bool operator==(const AclConfig &) const = default;
};

struct CacheConfig {
    std::uint32_t max_entries = 1'000'000;
    std::chrono::seconds min_ttl{0};
    std::chrono::seconds max_ttl{86'400};
    std::chrono::seconds max_negative_ttl{3'600};
    std::chrono::seconds failure_ttl{5};
    bool prefetch = true;
    StalePolicy stale = StalePolicy::on_failure;
    std::chrono::seconds stale_max_age{86'400};
    std::chrono::seconds stale_ttl{30}; // RFC 8767 4

    bool operator==(const CacheConfig &) const = default;
};

struct EdnsConfig {
    std::uint16_t payload_size = 1'232; // DNS flag day 2020
    CookiePolicy cookies = CookiePolicy::ignore;

    bool operator==(const EdnsConfig &) const = default;
};

// The question that tells whether a resolver is there.
struct HealthConfig {
    std::chrono::milliseconds interval{1'000};
    std::chrono::milliseconds timeout{500};
    std::uint32_t fall = 3;
    std::uint32_t rise = 2;
    WireName name{0};       // the root
    std::uint16_t type = 2; // NS

    bool operator==(const HealthConfig &) const = default;
};

struct RateLimitConfig {
    std::uint32_t per_client_qps = 0; // 0 = no limit

    bool operator==(const RateLimitConfig &) const = default;
};

struct MetricsConfig {
    std::optional<SocketAddress> listen = SocketAddress{IpAddress::from_ipv4({127, 0, 0, 1}), 9153}; // none = off
    std::uint32_t top_names = 20;

    bool operator==(const MetricsConfig &) const = default;
};

struct StateConfig {
    std::filesystem::path snapshot = "/var/lib/dns-fastpath/cache.snapshot"; // empty = none
    OnStop on_stop = OnStop::detach;

    bool operator==(const StateConfig &) const = default;
};

struct LogConfig {
    LogLevel level = LogLevel::info;

    bool operator==(const LogConfig &) const = default;
};

struct Config {
    std::vector<InterfaceConfig> interfaces;
    std::string az;                                                       // where this instance is
    std::vector<ListenConfig> listen;                                     // empty = every address of the interfaces
    std::vector<PoolConfig> pools = {{default_pool, {UpstreamConfig{}}}}; // that of the name "default" is always there
    std::vector<RouteConfig> routes;
    std::vector<ClientConfig> clients;
    AclConfig acl;
    CacheConfig cache;
    EdnsConfig edns;
    SteeringConfig steering;
    HealthConfig health;
    ConntrackConfig conntrack;
    RateLimitConfig rate_limit;
    MetricsConfig metrics;
    StateConfig state;
    LogConfig log;

    bool operator==(const Config &) const = default;
};

} // namespace fastpath
