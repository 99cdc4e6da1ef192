// SPDX-License-Identifier: Apache-2.0
// WaitingSocket: a UDP socket of this host that waits for an answer at one of a range of ports.
#pragma once

#include "util/unique_fd.h"

#include <arpa/inet.h>
#include <cstdint>
#include <netinet/in.h>
#include <stdexcept>
#include <sys/socket.h>

namespace fastpath::test {

class WaitingSocket {
  public:
    WaitingSocket(bool is_ipv6, uint16_t first_port, uint16_t ports) : fd_(open(is_ipv6)) {
        for (int port = first_port; port < first_port + ports; port++) {
            if (bind(is_ipv6, static_cast<uint16_t>(port))) {
                port_ = static_cast<uint16_t>(port);
                return;
            }
        }
        throw std::runtime_error("no UDP port is free");
    }

    [[nodiscard]] uint16_t port() const { return port_; }

  private:
    static UniqueFd open(bool is_ipv6) {
        UniqueFd fd(::socket(is_ipv6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
        const int on = 1;
        if (!fd || (is_ipv6 && ::setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) != 0)) {
            throw std::runtime_error("cannot open a socket");
        }
        return fd;
    }

    [[nodiscard]] bool bind(bool is_ipv6, uint16_t port) const {
        sockaddr_in6 ipv6 = {};
        ipv6.sin6_family = AF_INET6;
        ipv6.sin6_port = htons(port);
        sockaddr_in ipv4 = {};
        ipv4.sin_family = AF_INET;
        ipv4.sin_port = htons(port);
        return is_ipv6 ? ::bind(fd_.get(), reinterpret_cast<const sockaddr *>(&ipv6), sizeof(ipv6)) == 0
                       : ::bind(fd_.get(), reinterpret_cast<const sockaddr *>(&ipv4), sizeof(ipv4)) == 0;
    }

    UniqueFd fd_;
    uint16_t port_ = 0;
};

} // namespace fastpath::test
