// SPDX-License-Identifier: Apache-2.0
// SteeringPlan: the config in numbers, as the steering maps hold it: who may ask, which pool and view each query has, and who the
// upstreams are. Pure: the maps are written by bpf/steering_maps, from a plan as a whole.
#pragma once

#include "config/config.h"
#include "steer/client_rows.h"
#include "steer/route_table.h"
#include "util/result.h"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace fastpath {

// By what an upstream is known over reloads and restarts. No address: the resolver on this host.
struct UpstreamId {
    std::string pool;
    std::optional<IpAddress> address;

    friend auto operator<=>(const UpstreamId &, const UpstreamId &) = default;
};

// Numbers that are given away already: those in the pinned maps.
struct KnownNumbers {
    std::map<UpstreamId, std::uint16_t> upstreams;
    std::map<std::string, std::uint16_t> views;

    bool operator==(const KnownNumbers &) const = default;
};

struct PlannedListener {
    std::uint16_t view = 0;
    std::uint16_t pool = 0;

    bool operator==(const PlannedListener &) const = default;
};

struct PlannedUpstream {
    UpstreamId id;
    std::uint16_t number = 0; // in the map `upstreams`
    std::uint16_t pool = 0;
    std::uint8_t tier = 0;
    std::string az;
    std::uint32_t weight = 1;
    std::uint32_t max_qps = 0;  // 0 = no limit
    std::uint64_t query_ns = 0; // see struct fp_upstream
    std::uint64_t burst_ns = 0;

    bool operator==(const PlannedUpstream &) const = default;
};

struct SteeringPlan {
    std::vector<std::string> pools; // by number; those of this plan alone
    std::map<IpAddress, PlannedListener> listeners;
    std::vector<ClientRow> clients;
    std::vector<PlannedUpstream> upstreams;
    RouteTable routes;
    std::map<std::string, std::uint16_t> views; // those known and those that are new
    bool steers = false;                        // some upstream is another host
    std::vector<std::string> warnings;          // for the operator

    bool operator==(const SteeringPlan &) const = default;
};

// Of a config that was found valid. What is known has its number again; what is new gets one that is not known, so that the plan
// which is in use stays true. An error where no number is left.
Result<SteeringPlan> make_plan(const Config &config, const std::set<IpAddress> &listen_addresses,
                               const KnownNumbers &known);

} // namespace fastpath
