// SPDX-License-Identifier: Apache-2.0
// QueryClient: asks resolvers over UDP, as RFC 5452 wants it: each query from a socket of its own, connected, at a
// random port and with a random id. What is asked and when, and what an answer is good for, is decided elsewhere:
// TC=1 is an answer too.
#pragma once

#include "upstream/deadline_timer.h"
#include "upstream/own_query.h"
#include "util/address.h"
#include "util/result.h"
#include "util/unique_fd.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string_view>
#include <sys/epoll.h>
#include <tl/expected.hpp>
#include <unordered_map>
#include <utility>
#include <vector>

namespace fastpath {

enum class QueryFailure : uint8_t {
    timeout,     // no answer in time; one that does not match is none
    unreachable, // nobody listens, or no way there: known at once
};

[[nodiscard]] std::string_view to_string(QueryFailure failure);

using QueryAnswer = tl::expected<std::vector<uint8_t>, QueryFailure>; // the whole message

// Longer ones are ignored: nobody was told to send them.
inline constexpr size_t longest_answer = 4096;

class QueryClient {
  public:
    // Called exactly once for each query that was asked, from on_ready(), with the time (CLOCK_MONOTONIC ns). It may
    // ask again. It must not destroy the client.
    using Callback = std::function<void(const QueryAnswer &, uint64_t now_ns)>;

    static Result<QueryClient> create(size_t most_in_flight);

    // An error is our own lack (descriptors, memory, ports, or too many queries in flight) and says nothing about
    // `server`: nothing was asked, and `callback` is not called.
    Result<> ask(const SocketAddress &server, const OwnQuery &query, std::chrono::nanoseconds timeout,
                 Callback callback);

    // Readable when on_ready() has something to do: answers, or queries whose time is over.
    [[nodiscard]] int poll_fd() const { return epoll_.get(); }
    void on_ready();

    [[nodiscard]] size_t in_flight() const { return flights_.size(); }

    // Destruction cancels: sockets are closed, callbacks are not called.

  private:
    struct Flight {
        UniqueFd socket{};
        std::vector<uint8_t> query;
        uint64_t deadline_ns = 0;
        QueryFailure at_deadline = QueryFailure::timeout;
        Callback callback;
    };
    using Flights = std::unordered_map<uint64_t, Flight>; // by a number that is not used twice

    explicit QueryClient(size_t most_in_flight) : most_in_flight_(most_in_flight), events_(most_in_flight + 1) {}

    Result<> launch(const SocketAddress &server, Flight flight, std::chrono::nanoseconds timeout);
    void receive(uint64_t number);
    [[nodiscard]] std::optional<QueryAnswer> read_answer(const Flight &flight);
    void expire();
    void finish(Flights::iterator flight, const QueryAnswer &answer);
    void arm();

    size_t most_in_flight_;
    std::vector<epoll_event> events_; // room for all: on_ready() sees every answer before it gives up on any query
    std::array<uint8_t, longest_answer> buffer_{};
    UniqueFd epoll_;
    DeadlineTimer timer_;
    Flights flights_;
    std::set<std::pair<uint64_t, uint64_t>> deadlines_; // and the number of the query
    uint64_t last_number_ = 0;
};

// QueryClient::ask(), for code that is to know of no socket.
using Ask = std::function<Result<>(const SocketAddress &server, const OwnQuery &query, std::chrono::nanoseconds timeout,
                                   QueryClient::Callback callback)>;

} // namespace fastpath
