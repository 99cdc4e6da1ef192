// SPDX-License-Identifier: Apache-2.0
// Sides: the resolvers alone, each asked on its own machine, and the fast path, asked by the client.
#pragma once

#include "conformance/asking.h"
#include "conformance/message_difference.h"
#include "conformance/setting.h"
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
    Sides(const Lab &lab, const Setting &setting);

    // The one that the query is for, over the loopback interface, where no fast path is.
    Reply ask_resolver(const Asking &asking, Wait wait = Wait::as_usual);
    // What it was, the counters say: exactly one of them goes up by one, or `result` says otherwise.
    Answered ask_fast_path(const Asking &asking, Wait wait = Wait::as_usual);

    // The daemon has learned all that there was to learn.
    void settle() const;
    void flush_fast_path() const;
    // Ends them and starts them again, with empty caches.
    void restart_resolvers() const;

  private:
    // A machine that asks a server. By family; sockets have one port each for the whole run.
    struct Asker {
        Asker(const Lab &lab, Machine machine, const Server &asked);
        Machine from;
        Server server;
        DnsClient ipv4;
        DnsClient ipv6;
    };
    Reply ask(Asker &asker, const Asking &asking, Wait wait);
    [[nodiscard]] std::map<std::string, double> results() const;

    const Lab &lab_;
    Setting setting_;
    Asker resolver_;       // alone
    Asker local_resolver_; // the host's, alone
    Asker fast_path_;
    uint16_t id_ = 0;
};

} // namespace fastpath::test
