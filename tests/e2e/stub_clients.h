// SPDX-License-Identifier: Apache-2.0
// StubClients: programs behind stub resolvers. Each asks one question after the other, and what stays unanswered again, from the
// same socket with the same id (as musl does; glibc too with one name server).
#pragma once

#include "harness/lab.h"
#include "harness/octets.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace fastpath::test {

struct StubReport {
    uint64_t answered = 0;
    uint64_t repeated = 0;
    uint64_t lost = 0; // given up
};

class StubClients {
  public:
    StubClients(const Lab &lab, const std::string &server, unsigned clients);

    // Until so many questions are at their end, answered or given up.
    StubReport ask(uint64_t questions);

  private:
    using Time = std::chrono::steady_clock::time_point;

    struct Client {
        UniqueFd socket;
        Octets query;
        unsigned tries;
        Time repeat_at;
    };

    void begin(Client &client);
    void send(Client &client);
    void read(Client &client, StubReport &report);
    void repeat(Client &client, StubReport &report);

    std::vector<Client> clients_;
    unsigned asked_ = 0;
};

} // namespace fastpath::test
