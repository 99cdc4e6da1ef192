// SPDX-License-Identifier: Apache-2.0
// Checks of network cards and their drivers, with what is known of ENA, the card of AWS (its driver's README.rst, "XDP").
#include "doctor/checks.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace fastpath::doctor {

namespace {

constexpr std::string_view ena = "ena";
constexpr uint32_t ena_most_mtu = 3498; // of a page: less its head room, Ethernet header, FCS, VLAN tag and shared info
constexpr uint32_t page_most_mtu = 3498;

// Drivers with native XDP that a DNS server is likely to have (`git grep XDP_SETUP_PROG drivers/net` of Linux 6.1).
constexpr auto native_drivers = std::to_array<std::string_view>(
    {"atlantic", "bnxt_en", "bonding", "dpaa2-eth", "ena",   "fsl_dpa", "gve",       "hv_netvsc",  "i40e",  "ice",
     "igb",      "igc",     "ixgbe",   "ixgbevf",   "mana",  "mlx4_en", "mlx5_core", "mvneta",     "mvpp2", "nfp",
     "qede",     "sfc",     "st_gmac", "stmmaceth", "tsnep", "tun",     "veth",      "virtio_net", "vif",   "vmxnet3"});

// What the counters of an ENA are about. They go up by packets that never came here, or never left.
struct Allowance {
    std::string_view counter;
    std::string_view lost;
    std::string_view remedy;
};

constexpr auto allowances = std::to_array<Allowance>({
    {"conntrack_allowance_exceeded", "the instance tracks no more connections, and packets of new ones are dropped",
     "have DNS untracked by the security groups too (rules that allow all of port 53, both ways), or take a larger "
     "instance"},
    {"pps_allowance_exceeded", "packets above the instance's packets per second are queued or dropped",
     "take a larger instance, or share the clients out among more of them"},
    {"bw_in_allowance_exceeded", "packets above the instance's inbound bandwidth are queued or dropped",
     "take a larger instance"},
    {"bw_out_allowance_exceeded", "packets above the instance's outbound bandwidth are queued or dropped",
     "take a larger instance"},
    {"linklocal_allowance_exceeded",
     "packets above 1,024 a second to the VPC resolver, the metadata and the time service are dropped",
     "set max_qps: 1000 for the VPC resolver, and add upstreams that are none"},
});

std::string joined(const std::vector<std::string> &parts) {
    std::string text;
    for (const std::string &part : parts) {
        text += (text.empty() ? "" : "; ") + part;
    }
    return text;
}

bool is_ena(const InterfaceFacts &interface) {
    return interface.driver == ena;
}

// ENA sends what XDP answers over queues of their own, so that half of those that there are remain.
uint32_t most_queues_with_xdp(const InterfaceFacts &interface) {
    return is_ena(interface) ? std::max(interface.most_queues / 2, 1U) : interface.most_queues;
}

bool has_native_driver(const InterfaceFacts &interface) {
    return std::find(native_drivers.begin(), native_drivers.end(), interface.driver) != native_drivers.end();
}

std::string described(const InterfaceFacts &interface) {
    return interface.name + (interface.driver.empty() ? "" : " (driver " + interface.driver + ")");
}

std::string native_remedy(const InterfaceFacts &interface) {
    if (has_native_driver(interface)) {
        return "the driver of " + interface.name +
               " has native XDP: with `mode: native` for the interface the daemon says why it is refused";
    }
    return "use a NIC whose driver has native XDP in place of " + interface.name +
           "; with `mode: native` for it the daemon says why it is refused";
}

} // namespace

// Generic XDP runs when the kernel has already built an skb for the packet.
Finding check_xdp_mode(const Facts &facts) {
    std::string generic;
    std::vector<std::string> remedies;
    for (const InterfaceFacts &interface : facts.interfaces) {
        if (!interface.is_native) {
            generic += (generic.empty() ? "" : ", ") + described(interface);
            remedies.push_back(native_remedy(interface));
        }
    }
    if (generic.empty()) {
        return ok("xdp_mode", "no interface runs XDP in generic mode");
    }
    return warning("xdp_mode", "XDP runs in generic mode, where a hit costs several times as much, on " + generic,
                   joined(remedies));
}

// An interface in native mode has an MTU that its driver takes.
Finding check_mtu(const Facts &facts) {
    std::vector<std::string> found;
    std::vector<std::string> remedies;
    for (const InterfaceFacts &interface : facts.interfaces) {
        const uint32_t most = is_ena(interface) ? ena_most_mtu : page_most_mtu;
        if (interface.is_native || interface.mtu <= most || !has_native_driver(interface)) {
            continue;
        }
        found.push_back(described(interface) + " has MTU " + std::to_string(interface.mtu) + ", and native XDP " +
                        (is_ena(interface) ? "takes " : "of many drivers takes ") + std::to_string(most) + " at most");
        remedies.push_back("run `ip link set dev " + interface.name + " mtu " + std::to_string(most) +
                           "`, then restart the daemon");
    }
    return found.empty() ? ok("mtu", "no MTU is in the way of native XDP")
                         : warning("mtu", joined(found), joined(remedies));
}

// A queue is served by one CPU, so hits need as many queues as there are CPUs; and ENA needs some left over for XDP.
Finding check_queues(const Facts &facts) {
    std::vector<std::string> found;
    std::vector<std::string> remedies;
    for (const InterfaceFacts &interface : facts.interfaces) {
        const uint32_t most = most_queues_with_xdp(interface);
        const uint32_t wanted = std::min(most, facts.host.cpus);
        const std::string uses = described(interface) + " uses " + std::to_string(interface.queues) + " of " +
                                 std::to_string(interface.most_queues) + " queues";
        if (interface.queues == 0 || interface.driver == "veth") {
            continue; // it does not say; or the CPU that sends does the work
        }
        if (is_ena(interface) && interface.queues > most) {
            found.push_back(uses + ", and native XDP of ENA needs half of them for itself");
        } else if (interface.queues < wanted) {
            found.push_back(uses + ", so that " + std::to_string(facts.host.cpus - interface.queues) + " of " +
                            std::to_string(facts.host.cpus) + " CPUs serve no hits");
        } else {
            continue;
        }
        remedies.push_back("run `ethtool -L " + interface.name + " combined " + std::to_string(wanted) +
                           "`, then restart the daemon");
    }
    return found.empty() ? ok("queues", "the receive queues are as XDP and the CPUs want them")
                         : warning("queues", joined(found), joined(remedies));
}

Finding check_nic_allowances(const Facts &facts) {
    std::vector<std::string> found;
    std::vector<std::string> remedies;
    for (const InterfaceFacts &interface : facts.interfaces) {
        for (const Allowance &allowance : allowances) {
            const auto counter = interface.counters.find(std::string(allowance.counter));
            if (counter == interface.counters.end() || counter->second == 0) {
                continue;
            }
            found.push_back(interface.name + ": " + counter->first + " is " + std::to_string(counter->second) + ": " +
                            std::string(allowance.lost));
            remedies.emplace_back(allowance.remedy);
        }
    }
    if (found.empty()) {
        return ok("nic_allowances", "no NIC says that an allowance of the instance was exceeded");
    }
    return warning("nic_allowances", joined(found),
                   joined(remedies) + "; the counters go on from the start of the instance: do they still go up?");
}

// ENA says how many connections more the instance can track.
Finding check_nic_connections(const Facts &facts) {
    constexpr uint64_t few = 1000;
    std::vector<std::string> found;
    bool is_full = false;
    for (const InterfaceFacts &interface : facts.interfaces) {
        const auto available = interface.counters.find("conntrack_allowance_available");
        if (available != interface.counters.end() && available->second < few) {
            found.push_back(interface.name + ": the instance can track " + std::to_string(available->second) +
                            " connections more (conntrack_allowance_available)");
            is_full = is_full || available->second == 0;
        }
    }
    if (found.empty()) {
        return ok("nic_connections", "no NIC says that the instance runs out of connections to track");
    }
    const std::string remedy = "have DNS untracked by the security groups (rules that allow all of port 53, both ways)";
    return is_full ? problem("nic_connections", joined(found), remedy)
                   : warning("nic_connections", joined(found), remedy);
}

} // namespace fastpath::doctor
