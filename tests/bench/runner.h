// SPDX-License-Identifier: Apache-2.0
// The rounds: each measures every case once, by turns with what its restore costs and, where the floor program can answer the query
// too, with that; so that a slower machine is slower for all of them.
#pragma once

#include "case.h"
#include "figures.h"

#include <string>
#include <vector>

namespace fastpath::test {

struct Amount {
    uint32_t rounds = 15;
    uint32_t repeats = 500'000;
};

// ns for a packet; floor and cost without the restore.
struct Round {
    double restore = 0;
    double floor = 0;
    double cost = 0;
};

struct CaseResult {
    std::string name;
    Entrance entrance = Entrance::walk;
    size_t size = 0;       // of the packet
    size_t size_after = 0; // as the program left it
    bool has_floor = false;
    std::vector<Round> rounds{};
};

// Throws where a program does not do what the case says.
[[nodiscard]] std::vector<CaseResult> measure(BenchPrograms &programs, const std::vector<Case> &cases,
                                              const Amount &amount);

} // namespace fastpath::test
