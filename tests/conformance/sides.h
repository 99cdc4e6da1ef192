// SPDX-License-Identifier: Apache-2.0
// Sides: the resolver alone, asked on its own machine, and the fast path, asked by the client.
#pragma once

#include "conformance/asking.h"
#include "conformance/message_difference.h"
#include "harness/dns_client.h"
#include "harness/lab.h"

#include <map>
#include <string>

namespace fastpath::test {

// How long to wait for an answer. Some resolvers leave malformed queries unanswered, and the wait for that is a short one; where
// the sides do not agree then, they are asked again with patience.
enum class Wait { as_usual, patient };

struct Answered {
    Reply reply;
    std::string result; // of queries_total: "hit", "miss", "pass", ...; "nothing" where no query was counted
};

class Sides {
  public:
    explicit Sides(const Lab &lab);

    // Over the loopback interface, where no fast path is.
    Reply ask_resolver(const Asking &asking, Wait wait = Wait::as_usual);
    // What it was, the counters say: exactly one of them goes up by one, or `result` says otherwise.
    Answered ask_fast_path(const Asking &asking, Wait wait = Wait::as_usual);

    // The daemon has learned all that there was to learn.
    void settle() const;
    void flush_fast_path() const;
    // Ends it and starts it again, with an empty cache.
    void restart_resolver() const;

  private:
    // By family; sockets of one side have one port each for the whole run.
    struct Clients {
        DnsClient ipv4;
        DnsClient ipv6;
    };
    Reply ask(Machine machine, Clients &clients, const Asking &asking, Wait wait);
    [[nodiscard]] std::map<std::string, double> results() const;

    const Lab &lab_;
    Clients resolver_;
    Clients fast_path_;
    uint16_t id_ = 0;
};

} // namespace fastpath::test
