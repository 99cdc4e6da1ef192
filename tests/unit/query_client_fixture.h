// SPDX-License-Identifier: Apache-2.0
// What the tests of QueryClient share: a server on loopback that says only what a test tells it to, and a client
// beside it.
#pragma once

#include "harness/octets.h"
#include "harness/wait.h"
#include "upstream/query_client.h"
#include "util/clock.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <optional>
#include <poll.h>
#include <sys/socket.h>

namespace fastpath::test {

struct Datagram {
    Octets octets;
    sockaddr_storage from = {};
    socklen_t from_length = 0;

    [[nodiscard]] uint16_t port() const {
        return ntohs(reinterpret_cast<const sockaddr_in *>(&from)->sin_port); // at one place in both families
    }
};

// A UDP socket that says only what the test tells it to.
class Server {
  public:
    static std::optional<Server> on(const char *address) {
        Server server;
        server.address_.address = parse_address(address).value();
        return server.bind() ? std::optional(std::move(server)) : std::nullopt;
    }
    [[nodiscard]] const SocketAddress &address() const { return address_; }

    Datagram receive() {
        Datagram datagram;
        datagram.octets.resize(65535);
        datagram.from_length = sizeof(datagram.from);
        const ssize_t length = ::recvfrom(socket_.get(), datagram.octets.data(), datagram.octets.size(), 0,
                                          reinterpret_cast<sockaddr *>(&datagram.from), &datagram.from_length);
        EXPECT_GE(length, 0) << "no query came";
        datagram.octets.resize(static_cast<size_t>(std::max<ssize_t>(length, 0)));
        return datagram;
    }

    void send(const Datagram &to, const Octets &octets) {
        EXPECT_EQ(::sendto(socket_.get(), octets.data(), octets.size(), 0, reinterpret_cast<const sockaddr *>(&to.from),
                           to.from_length),
                  static_cast<ssize_t>(octets.size()));
    }

  private:
    bool bind() {
        const int family = address_.address.is_ipv4() ? AF_INET : AF_INET6;
        socket_.reset(::socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
        const timeval limit = {.tv_sec = patience.count() / 1000, .tv_usec = 0};
        ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
        sockaddr_in6 name = {}; // longer than sockaddr_in, with the port at the same place
        name.sin6_family = static_cast<sa_family_t>(family);
        if (family == AF_INET) {
            reinterpret_cast<sockaddr_in *>(&name)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        } else {
            name.sin6_addr = in6addr_loopback;
        }
        socklen_t length = family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
        auto *const generic = reinterpret_cast<sockaddr *>(&name);
        if (!socket_ || ::bind(socket_.get(), generic, length) != 0 ||
            ::getsockname(socket_.get(), generic, &length) != 0) {
            return false;
        }
        address_.port = ntohs(name.sin6_port);
        return true;
    }

    UniqueFd socket_;
    SocketAddress address_;
};

// The query as a response; `mark` tells responses apart.
inline Octets response_to(const Datagram &query, uint8_t mark = 0) {
    Octets response = query.octets;
    response[2] |= 0x80;
    response.push_back(mark);
    return response;
}

inline const OwnQuery www = {.name = name_from_text("www.example.com").value(), .type = 1};

class QueryClientTest : public testing::Test {
  protected:
    struct Reported {
        QueryAnswer answer;
        uint64_t at_ns = 0;
    };

    QueryClient::Callback into_results() {
        return [this](const QueryAnswer &answer, uint64_t now_ns) { results_.push_back({answer, now_ns}); };
    }
    void ask(const SocketAddress &server, std::chrono::nanoseconds timeout = patience) {
        const auto asked = client_->ask(server, www, timeout, into_results());
        ASSERT_TRUE(asked) << asked.error().message;
    }
    // Serves the client until it has so many results in all.
    void wait_for_results(size_t count) {
        pollfd watched = {.fd = client_->poll_fd(), .events = POLLIN, .revents = 0};
        while (results_.size() < count) {
            ASSERT_EQ(::poll(&watched, 1, 2 * static_cast<int>(patience.count())), 1) << "nothing happens any more";
            client_->on_ready();
        }
    }
    void expect_only_failure(QueryFailure failure) {
        ASSERT_EQ(results_.size(), 1U);
        ASSERT_FALSE(results_.at(0).answer);
        EXPECT_EQ(results_.at(0).answer.error(), failure) << to_string(results_.at(0).answer.error());
        EXPECT_EQ(client_->in_flight(), 0U);
    }

    Server server_ = Server::on("127.0.0.1").value();
    std::optional<QueryClient> client_ = QueryClient::create(256).value();
    std::vector<Reported> results_;
};

} // namespace fastpath::test
