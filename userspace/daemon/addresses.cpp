// SPDX-License-Identifier: Apache-2.0
#include "daemon/addresses.h"

#include <algorithm>
#include <array>
#include <bpf/bpf.h>
#include <cstring>
#include <dns_fastpath/config.h>
#include <ifaddrs.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <memory>
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

std::set<IpAddress> listed_listeners(int map_fd) {
    std::set<IpAddress> listed;
    fp_addr key = {};
    const fp_addr *previous = nullptr;
    while (bpf_map_get_next_key(map_fd, previous, &key) == 0) {
        listed.insert(IpAddress::from_abi(key));
        previous = &key;
    }
    return listed;
}

} // namespace

Result<std::set<IpAddress>> addresses_of(const std::vector<InterfaceConfig> &interfaces) {
    ifaddrs *list = nullptr;
    if (::getifaddrs(&list) != 0) {
        return fail_errno("cannot list the addresses of the interfaces");
    }
    const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner(list, &::freeifaddrs);
    std::set<IpAddress> found;
    for (const ifaddrs *entry = list; entry != nullptr; entry = entry->ifa_next) {
        const bool ours = std::any_of(interfaces.begin(), interfaces.end(),
                                      [&](const InterfaceConfig &i) { return i.name == entry->ifa_name; });
        if (const auto address = address_of(entry->ifa_addr); ours && address) {
            found.insert(*address);
        }
    }
    return found;
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

Result<ListenerChange> sync_listeners(int map_fd, const std::set<IpAddress> &wanted) {
    const std::set<IpAddress> listed = listed_listeners(map_fd);
    ListenerChange change;
    for (const IpAddress &address : wanted) {
        const fp_addr key = address.abi();
        const fp_listener listener = {};
        if (listed.contains(address)) {
            continue;
        }
        if (bpf_map_update_elem(map_fd, &key, &listener, BPF_ANY) != 0) {
            return fail_errno("cannot add " + to_string(address) + " to the map listeners");
        }
        change.added++;
    }
    for (const IpAddress &address : listed) {
        const fp_addr key = address.abi();
        if (!wanted.contains(address) && bpf_map_delete_elem(map_fd, &key) == 0) {
            change.removed++;
        }
    }
    return change;
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
