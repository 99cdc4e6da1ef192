// SPDX-License-Identifier: Apache-2.0
// QueryClient: sockets and their deadlines behind one epoll descriptor.
#include "upstream/query_client.h"

#include "util/clock.h"

#include <cstring>
#include <netinet/in.h>
#include <sys/random.h>
#include <sys/socket.h>

namespace fastpath {
namespace {

constexpr uint64_t timer_number = 0; // of queries the first is 1

// What one socket may keep us with in a turn: who floods it gets no more of our time than that.
constexpr int datagrams_per_turn = 16;

uint16_t random_id() {
    uint16_t id = 0;
    while (::getrandom(&id, sizeof(id), 0) != static_cast<ssize_t>(sizeof(id))) { // only a signal ends it early
    }
    return id;
}

struct Endpoint {
    explicit Endpoint(const SocketAddress &server) {
        if (server.address.is_ipv4()) {
            sockaddr_in ipv4 = {};
            ipv4.sin_family = AF_INET;
            ipv4.sin_port = htons(server.port);
            std::memcpy(&ipv4.sin_addr, &server.address.octets[12], sizeof(ipv4.sin_addr));
            length = sizeof(ipv4);
            std::memcpy(&address, &ipv4, length);
        } else {
            sockaddr_in6 ipv6 = {};
            ipv6.sin6_family = AF_INET6;
            ipv6.sin6_port = htons(server.port);
            std::memcpy(&ipv6.sin6_addr, server.address.octets.data(), sizeof(ipv6.sin6_addr));
            length = sizeof(ipv6);
            std::memcpy(&address, &ipv6, length);
        }
    }

    sockaddr_storage address = {};
    socklen_t length = 0;
};

// Errors that are about this process or host being short of something; others are about the way to the server.
bool is_own_lack(int error) {
    return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM || error == EAGAIN;
}

// 0, or an errno value. The kernel draws the port at random (since Linux 5.19 by get_random_u32), out of a range that
// neither services nor steering.source_ports are in; EAGAIN where none is free. Connected, the socket takes no
// datagram but from that address and port, and hears of ICMP errors.
int send_query(UniqueFd &made, const SocketAddress &server, std::span<const uint8_t> query) {
    const Endpoint to(server);
    made.reset(::socket(to.address.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!made || ::connect(made.get(), reinterpret_cast<const sockaddr *>(&to.address), to.length) != 0 ||
        ::send(made.get(), query.data(), query.size(), 0) < 0) {
        return errno;
    }
    return 0;
}

} // namespace

std::string_view to_string(QueryFailure failure) {
    return failure == QueryFailure::timeout ? "no answer in time" : "unreachable";
}

Result<QueryClient> QueryClient::create(size_t most_in_flight) {
    QueryClient client(most_in_flight);
    client.epoll_.reset(::epoll_create1(EPOLL_CLOEXEC));
    if (!client.epoll_) {
        return fail_errno("cannot make an epoll descriptor for queries");
    }
    Result<DeadlineTimer> timer = DeadlineTimer::create();
    if (!timer) {
        return tl::unexpected(timer.error());
    }
    client.timer_ = std::move(*timer);
    epoll_event event = {.events = EPOLLIN, .data = {.u64 = timer_number}};
    if (::epoll_ctl(client.epoll_.get(), EPOLL_CTL_ADD, client.timer_.poll_fd(), &event) != 0) {
        return fail_errno("cannot watch the timer of queries");
    }
    return client;
}

Result<> QueryClient::ask(const SocketAddress &server, const OwnQuery &query, std::chrono::nanoseconds timeout,
                          Callback callback) {
    if (flights_.size() >= most_in_flight_) {
        return fail("cannot ask " + to_string(server) + ": " + std::to_string(flights_.size()) +
                    " queries are in flight, and no more are allowed");
    }
    Result<> launched =
        launch(server, {.query = build_query(query, random_id()), .callback = std::move(callback)}, timeout);
    arm();
    return launched;
}

Result<> QueryClient::launch(const SocketAddress &server, Flight flight, std::chrono::nanoseconds timeout) {
    const uint64_t number = last_number_ + 1;
    flight.deadline_ns = monotonic_ns();
    const int error = send_query(flight.socket, server, flight.query);
    if (is_own_lack(error)) {
        return fail_errno("cannot ask " + to_string(server), error);
    }
    if (error != 0) {
        flight.at_deadline = QueryFailure::unreachable; // which is now: the caller hears of it from on_ready()
    } else {
        epoll_event event = {.events = EPOLLIN, .data = {.u64 = number}};
        if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, flight.socket.get(), &event) != 0) {
            return fail_errno("cannot watch a query to " + to_string(server));
        }
        flight.deadline_ns += static_cast<uint64_t>(timeout.count());
    }
    last_number_ = number;
    deadlines_.emplace(flight.deadline_ns, number);
    flights_.emplace(number, std::move(flight));
    return {};
}

// Answers first: one that lies in its socket came in time, even if we are late.
void QueryClient::on_ready() {
    timer_.drain();
    const int ready = ::epoll_wait(epoll_.get(), events_.data(), static_cast<int>(events_.size()), 0);
    for (int i = 0; i < ready; ++i) {
        if (events_[static_cast<size_t>(i)].data.u64 != timer_number) {
            receive(events_[static_cast<size_t>(i)].data.u64);
        }
    }
    expire();
    arm();
}

void QueryClient::receive(uint64_t number) {
    const auto flight = flights_.find(number);
    const std::optional<QueryAnswer> answer = read_answer(flight->second);
    if (answer) {
        finish(flight, *answer);
    }
}

// Whatever else comes to this socket is not even a failure: who forges must not be able to end a query (RFC 5452 9.1).
std::optional<QueryAnswer> QueryClient::read_answer(const Flight &flight) {
    for (int i = 0; i < datagrams_per_turn; ++i) {
        const ssize_t length = ::recv(flight.socket.get(), buffer_.data(), buffer_.size(), MSG_TRUNC);
        if (length < 0 && (errno == EAGAIN || errno == EINTR)) {
            return std::nullopt;
        }
        if (length < 0) { // an ICMP error, which the kernel has matched with our port
            return tl::unexpected(QueryFailure::unreachable);
        }
        const auto size = static_cast<size_t>(length);
        if (size <= buffer_.size() && is_answer_to(flight.query, {buffer_.data(), size})) {
            return std::vector<uint8_t>(buffer_.begin(), buffer_.begin() + length);
        }
    }
    return std::nullopt;
}

void QueryClient::expire() {
    const uint64_t now = monotonic_ns();
    while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
        const auto flight = flights_.find(deadlines_.begin()->second);
        finish(flight, tl::unexpected(flight->second.at_deadline));
    }
}

// The query is over before the callback runs, which may then ask in its place.
void QueryClient::finish(Flights::iterator flight, const QueryAnswer &answer) {
    const Callback callback = std::move(flight->second.callback);
    deadlines_.erase({flight->second.deadline_ns, flight->first});
    flights_.erase(flight);
    callback(answer, monotonic_ns());
}

void QueryClient::arm() {
    timer_.arm(deadlines_.empty() ? never_ns : deadlines_.begin()->first);
}

} // namespace fastpath
