// SPDX-License-Identifier: Apache-2.0
// Who answered: what the fast path and Unbound have counted while something happened.
#pragma once

#include "e2e/samples.h"
#include "harness/lab.h"

#include <string>

namespace fastpath::test {

// The metrics page of the running daemon.
Samples metrics(const Lab &lab, Machine host = Machine::resolver);
// The same from the pinned maps, by dns-fastpathctl: also where no daemon runs, and where no connection can be made.
Samples stats(const Lab &lab, Machine host = Machine::resolver);

// Waits until the daemon has dealt with every answer that the learner has handed over.
void settle(const Lab &lab, Machine host = Machine::resolver);

// Queries that an Unbound was asked, over UDP or TCP.
double unbound_queries(const Lab &lab, Machine machine = Machine::resolver);

inline const std::string by_fast_path = "the fast path";
inline const std::string by_unbound = "Unbound";

// Begins to count when it is made.
class Watch {
  public:
    explicit Watch(const Lab &lab);

    // by_fast_path: a hit, of which Unbound saw nothing. by_unbound: no hit, and Unbound was asked. Else all that is known. Queries
    // for NS are not held against a hit: the daemon's probes of Unbound are some.
    [[nodiscard]] std::string who_answered() const;

    // How much a counter of the fast path has grown; see Samples::fastpath.
    [[nodiscard]] double grown(const std::string &name) const;
    [[nodiscard]] double unbound() const;

  private:
    const Lab &lab_;
    Samples before_;
    Samples unbound_before_;
};

} // namespace fastpath::test
