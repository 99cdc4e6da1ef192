// SPDX-License-Identifier: Apache-2.0
#include "daemon/addresses.h"

#include "daemon/vlan_interfaces.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <ifaddrs.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <memory>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace fastpath {

namespace {

std::optional<IpAddress> address_of(const sockaddr *address) {
    if (address == nullptr) {
        return std::nullopt;
    }
    if (address->sa_family == AF_INET) {
        sockaddr_in ipv4 = {};
        std::memcpy(&ipv4, address, sizeof(ipv4));
        return IpAddress::from_ipv4(std::bit_cast<std::array<uint8_t, 4>>(ipv4.sin_addr.s_addr));
    }
    if (address->sa_family == AF_INET6) {
        sockaddr_in6 ipv6 = {};
        std::memcpy(&ipv6, address, sizeof(ipv6));
        IpAddress result;
        std::memcpy(result.octets.data(), &ipv6.sin6_addr, result.octets.size());
        return result;
    }
    return std::nullopt;
}

// Each address of an interface, in the order of the kernel.
template <class Visit> Result<> for_each_address(Visit visit) {
    ifaddrs *list = nullptr;
    if (::getifaddrs(&list) != 0) {
        return fail_errno("cannot list the addresses of the interfaces");
    }
    const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner(list, &::freeifaddrs);
    for (const ifaddrs *entry = list; entry != nullptr; entry = entry->ifa_next) {
        if (const auto address = address_of(entry->ifa_addr)) {
            visit(entry->ifa_name, *address);
        }
    }
    return {};
}

void add_source(fp_interface &interface, const IpAddress &address, uint32_t most) {
    const size_t family = address.is_ipv4() ? 0 : 1;
    uint32_t &count = interface.sources[family];
    if (count < most) {
        interface.source[family][count++] = address.abi();
    }
}

// Those upon the interfaces that are there already.
void add_vlans(std::map<uint32_t, fp_interface> &interfaces) {
    std::map<uint32_t, fp_interface> vlans;
    for (const VlanInterface &vlan : vlan_interfaces()) {
        const uint32_t ifindex = ::if_nametoindex(vlan.name.c_str());
        const uint32_t parent = ::if_nametoindex(vlan.parent.c_str());
        if (ifindex != 0 && interfaces.contains(parent)) {
            fp_interface interface = {};
            interface.parent = parent;
            interface.vlan_id = vlan.id;
            vlans[ifindex] = interface;
        }
    }
    interfaces.merge(vlans); // a VLAN interface that has the programs itself stays what it is
}

} // namespace

Result<std::set<IpAddress>> addresses_of(const std::vector<InterfaceConfig> &interfaces) {
    std::set<IpAddress> found;
    const Result<> listed = for_each_address([&](const char *name, const IpAddress &address) {
        if (std::any_of(interfaces.begin(), interfaces.end(),
                        [&](const InterfaceConfig &i) { return i.name == name; })) {
            found.insert(address);
        }
    });
    return listed ? Result<std::set<IpAddress>>(found) : tl::unexpected(listed.error());
}

Result<std::map<uint32_t, fp_interface>> steering_sources(const Config &config) {
    std::map<uint32_t, fp_interface> sources;
    for (const InterfaceConfig &interface : config.interfaces) {
        if (const uint32_t ifindex = ::if_nametoindex(interface.name.c_str()); ifindex != 0) {
            sources[ifindex] = {};
        }
    }
    add_vlans(sources);
    const std::vector<IpAddress> &wanted = config.steering.source_addresses;
    const Result<> listed = for_each_address([&](const char *name, const IpAddress &address) {
        const auto own = sources.find(::if_nametoindex(name));
        const bool is_wanted =
            wanted.empty() ? !address.is_link_local() : std::count(wanted.begin(), wanted.end(), address) > 0;
        if (own != sources.end() && is_wanted) {
            add_source(own->second, address, wanted.empty() ? 1 : FP_SOURCES_MAX);
        }
    });
    if (!listed) {
        return tl::unexpected(listed.error());
    }
    for (auto &[ifindex, own] : sources) {
        if (own.sources[0] + own.sources[1] == 0) { // service addresses, which are on no interface or on lo
            for (const IpAddress &address : wanted) {
                add_source(own, address, FP_SOURCES_MAX);
            }
        }
    }
    return sources;
}

Result<std::set<IpAddress>> listen_addresses(const Config &config) {
    if (config.listen.empty()) {
        return addresses_of(config.interfaces);
    }
    std::set<IpAddress> wanted;
    for (const ListenConfig &listen : config.listen) {
        wanted.insert(listen.address);
    }
    return wanted;
}

Result<AddressWatch> AddressWatch::create() {
    AddressWatch watch;
    watch.socket_.reset(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE));
    sockaddr_nl groups = {};
    groups.nl_family = AF_NETLINK;
    groups.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR;
    if (!watch.socket_ ||
        ::bind(watch.socket_.get(), reinterpret_cast<const sockaddr *>(&groups), sizeof(groups)) != 0) {
        return fail_errno("cannot watch the addresses of the interfaces (rtnetlink)");
    }
    return watch;
}

void AddressWatch::drain() {
    std::array<char, 8192> message;
    while (::recv(socket_.get(), message.data(), message.size(), 0) > 0 || errno == EINTR || errno == ENOBUFS) {
    }
}

} // namespace fastpath
