// SPDX-License-Identifier: Apache-2.0
// FlowSweeper: removes open flows that were not answered in time from the map `flows`, and says whose they were. To the programs such
// a flow is closed, but it would lie there until it is pushed out.
#pragma once

#include "util/result.h"

#include <chrono>
#include <cstdint>
#include <dns_fastpath/steer.h>
#include <map>
#include <vector>

namespace fastpath {

// Of one upstream.
struct Unanswered {
    uint64_t timeouts = 0; // removed just now
    uint64_t waiting = 0;  // asked half a second to one and a half seconds ago, which most answers do not take
};

class FlowSweeper {
  public:
    // The descriptor stays its owner's.
    explicit FlowSweeper(int flows_fd);

    // The whole map, in a few system calls. By the number of the upstream.
    std::map<uint16_t, Unanswered> sweep(uint64_t now_ns, std::chrono::nanoseconds life);

  private:
    uint32_t read_batch(void *position, bool is_first, bool &is_last);

    int flows_fd_;
    std::vector<fp_flow_key> keys_;
    std::vector<fp_flow> flows_;
};

} // namespace fastpath
