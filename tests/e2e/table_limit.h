// SPDX-License-Identifier: Apache-2.0
// Connection tracking as in the incident: a ruleset that looks at connections, and a table that is too small for them.
#pragma once

#include "harness/lab.h"
#include "util/unique_fd.h"

namespace fastpath::test {

// One rule that looks at the state of connections is enough for all of them to be tracked. The table is `inet e2e`.
void track_connections(const Lab &lab);

// nf_conntrack_max can be set in the initial namespace only, and holds for all. Somebody outside of this process waits for the
// lock that is held meanwhile, and puts it back as well, in case this process is killed.
class TableLimit {
  public:
    explicit TableLimit(unsigned limit);
    ~TableLimit();
    TableLimit(const TableLimit &) = delete;
    TableLimit &operator=(const TableLimit &) = delete;

  private:
    UniqueFd lock_;
    unsigned before_ = 0;
};

} // namespace fastpath::test
