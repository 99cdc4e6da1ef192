// SPDX-License-Identifier: Apache-2.0
// Facts: all that the checks look at, as plain values, so that a test can write them down.
#pragma once

#include "config/port_overlap.h"
#include "conntrack/table.h"
#include "doctor/nft_ruleset.h"
#include "util/address.h"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace fastpath::doctor {

struct DaemonFacts {
    bool is_running = false;
    uint64_t heartbeat_age_seconds = 0;
};

struct InterfaceFacts {
    std::string name;
    bool is_native = false;
    std::string driver = {}; // "" where it does not say
    uint32_t mtu = 0;
    uint32_t queues = 0;                           // receive queues in use, 0 where it does not say
    uint32_t most_queues = 0;                      // that the card has
    std::map<std::string, uint64_t> counters = {}; // as `ethtool -S` shows them
};

struct SteeringFacts {
    bool steers = false; // some pool has an upstream that is another host
    PortRange source_ports;
    std::set<int> families; // AF_INET, AF_INET6: of those upstreams
};

// Of the network namespace that dns-fastpathctl runs in.
struct HostFacts {
    uint32_t cpus = 1;
    KernelPorts ports;
    std::set<int> forwarding_on_lo;          // AF_INET, AF_INET6: those for which it is on
    std::optional<ConntrackFill> conntrack;  // none: the kernel tracks no connections
    std::optional<uint64_t> dns_connections; // those of the listen addresses; none: the kernel does not list them
    std::optional<NftRuleset> ruleset;       // none: it could not be read,
    std::string why_no_ruleset;              // and why
};

struct Facts {
    DaemonFacts daemon;
    bool wants_notrack = true; // conntrack.notrack
    std::string notrack_table; // what ours is called, of the family inet
    std::set<IpAddress> listeners;
    std::vector<InterfaceFacts> interfaces;
    SteeringFacts steering;
    HostFacts host;
};

} // namespace fastpath::doctor
