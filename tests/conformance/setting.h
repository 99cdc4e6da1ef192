// SPDX-License-Identifier: Apache-2.0
// Setting: who answers what in a run. The fast path stands before a resolver; its misses go to that one, or to another host's.
#pragma once

#include "harness/lab.h"

#include <string>
#include <vector>

namespace fastpath::test {

// A machine whose resolver listens on these addresses.
struct Server {
    Machine machine;
    std::string ipv4;
    std::string ipv6;
    std::string config; // of its resolver: a file in Lab::state()
};

struct Setting {
    std::string software; // of the resolvers, as LAB_RESOLVER names it
    Topology topology;
    Server host;        // where the daemon runs, and whose own resolver has what is not eligible
    Server resolver;    // has the misses; the same one where they are not steered
    std::string config; // of the daemon

    [[nodiscard]] bool is_steered() const { return resolver.machine != host.machine; }
    [[nodiscard]] std::vector<Server> resolvers() const;
    [[nodiscard]] std::string text() const; // "unbound", "unbound, misses steered"
};

// By LAB_TOPOLOGY and LAB_RESOLVER, the variables of scripts/lab.sh.
Setting chosen_setting();

} // namespace fastpath::test
