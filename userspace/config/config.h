// SPDX-License-Identifier: Apache-2.0
// Config: what the operator decides, as plain values. The initialisers here are the defaults, and the only place of them;
// keys.cpp says how each is written in YAML, what it may be, and what it means.
#pragma once

#include "dns/name.h"
#include "util/address.h"

#include <chrono>
#include <cstdint>
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

struct ListenConfig {
    IpAddress address;

    bool operator==(const ListenConfig &) const = default;
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

struct MetricsConfig {
    std::optional<SocketAddress> listen = SocketAddress{IpAddress::from_ipv4({127, 0, 0, 1}), 9153}; // none = off

    bool operator==(const MetricsConfig &) const = default;
};

struct StateConfig {
    OnStop on_stop = OnStop::detach;

    bool operator==(const StateConfig &) const = default;
};

struct LogConfig {
    LogLevel level = LogLevel::info;

    bool operator==(const LogConfig &) const = default;
};

struct Config {
    std::vector<InterfaceConfig> interfaces;
    std::vector<ListenConfig> listen; // empty = every address of the interfaces
    AclConfig acl;
    CacheConfig cache;
    EdnsConfig edns;
    HealthConfig health;
    MetricsConfig metrics;
    StateConfig state;
    LogConfig log;

    bool operator==(const Config &) const = default;
};

} // namespace fastpath
