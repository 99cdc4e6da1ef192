// SPDX-License-Identifier: Apache-2.0
#include "harness/dns_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <system_error>

namespace fastpath::test {
namespace {

struct Endpoint {
    sockaddr_storage address = {};
    socklen_t length = 0;

    Endpoint(const std::string &text, uint16_t port) {
        auto *const ipv4 = reinterpret_cast<sockaddr_in *>(&address);
        auto *const ipv6 = reinterpret_cast<sockaddr_in6 *>(&address);
        if (::inet_pton(AF_INET, text.c_str(), &ipv4->sin_addr) == 1) {
            ipv4->sin_family = AF_INET;
            ipv4->sin_port = htons(port);
            length = sizeof(*ipv4);
        } else if (::inet_pton(AF_INET6, text.c_str(), &ipv6->sin6_addr) == 1) {
            ipv6->sin6_family = AF_INET6;
            ipv6->sin6_port = htons(port);
            length = sizeof(*ipv6);
        } else {
            throw std::invalid_argument("not an address: " + text);
        }
    }
};

bool is_readable(int fd, std::chrono::steady_clock::time_point deadline) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd watched = {.fd = fd, .events = POLLIN, .revents = 0};
    return left.count() >= 0 && ::poll(&watched, 1, static_cast<int>(left.count())) == 1;
}

void bind_to(int fd, const std::string &address) {
    const Endpoint endpoint(address, 0);
    if (::bind(fd, reinterpret_cast<const sockaddr *>(&endpoint.address), endpoint.length) != 0) {
        throw std::system_error(errno, std::generic_category(), "bind to " + address);
    }
}

// Exactly `size` octets; nullopt where the connection ends or the time is over before.
std::optional<Octets> read_exactly(int fd, size_t size, std::chrono::steady_clock::time_point deadline) {
    Octets octets(size);
    size_t done = 0;
    while (done < size) {
        const ssize_t got = is_readable(fd, deadline) ? ::recv(fd, octets.data() + done, size - done, 0) : 0;
        if (got <= 0) {
            return std::nullopt;
        }
        done += static_cast<size_t>(got);
    }
    return octets;
}

} // namespace

UniqueFd connect_to(const Lab &lab, Machine machine, const std::string &server, int type, const std::string &from) {
    const Endpoint endpoint(server, FP_DNS_PORT);
    UniqueFd fd = lab.socket(machine, endpoint.address.ss_family, type);
    if (!from.empty()) {
        bind_to(fd.get(), from);
    }
    if (::connect(fd.get(), reinterpret_cast<const sockaddr *>(&endpoint.address), endpoint.length) != 0) {
        throw std::system_error(errno, std::generic_category(), "connect to " + server);
    }
    return fd;
}

DnsClient::DnsClient(const Lab &lab, Machine machine, const std::string &server, const std::string &from)
    : socket_(connect_to(lab, machine, server, SOCK_DGRAM, from)) {}

std::optional<Octets> DnsClient::ask(const DnsQuery &query, std::chrono::milliseconds limit) {
    const Octets message = query.octets();
    if (::send(socket_.get(), message.data(), message.size(), 0) != static_cast<ssize_t>(message.size())) {
        throw std::system_error(errno, std::generic_category(), "send");
    }
    const auto deadline = std::chrono::steady_clock::now() + limit;
    Octets reply(65535);
    while (is_readable(socket_.get(), deadline)) {
        const ssize_t got = ::recv(socket_.get(), reply.data(), reply.size(), 0);
        if (got < 0) {
            return std::nullopt; // nobody listens there (ICMP)
        }
        if (got >= FP_DNS_HEADER_LEN && reply[0] == message[0] &&
            reply[1] == message[1]) { // else one that came too late
            reply.resize(static_cast<size_t>(got));
            return reply;
        }
    }
    return std::nullopt;
}

std::optional<Octets> ask_over_tcp(const Lab &lab, Machine machine, const std::string &server, const DnsQuery &query,
                                   std::chrono::milliseconds limit) {
    const UniqueFd connection = connect_to(lab, machine, server, SOCK_STREAM);
    const Octets message = query.octets();
    Octets framed; // the length before the message: RFC 1035 4.2.2
    append16(framed, static_cast<uint16_t>(message.size()));
    append(framed, message);
    if (::send(connection.get(), framed.data(), framed.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(framed.size())) {
        throw std::system_error(errno, std::generic_category(), "send");
    }
    const auto deadline = std::chrono::steady_clock::now() + limit;
    const std::optional<Octets> length = read_exactly(connection.get(), 2, deadline);
    return length ? read_exactly(connection.get(), static_cast<size_t>((*length)[0]) << 8 | (*length)[1], deadline)
                  : std::nullopt;
}

} // namespace fastpath::test
