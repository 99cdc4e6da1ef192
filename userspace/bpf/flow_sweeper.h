// SPDX-License-Identifier: Apache-2.0
// FlowSweeper: removes open flows that were not answered in time from the map `flows`, and says whose they were. The programs
// themselves take no notice of old ones; without it they would lie there until they are pushed out.
#pragma once

#include "util/result.h"

#include <chrono>
#include <cstdint>
#include <dns_fastpath/steer.h>
#include <map>
#include <vector>

namespace fastpath {

class FlowSweeper {
  public:
    // The descriptor stays its owner's.
    explicit FlowSweeper(int flows_fd);

    // The whole map, in a few system calls. Returns how many queries each upstream, by its number, has left unanswered.
    std::map<uint16_t, uint64_t> sweep(uint64_t now_ns, std::chrono::nanoseconds life);

  private:
    uint32_t read_batch(void *position, bool is_first, bool &is_last);

    int flows_fd_;
    std::vector<fp_flow_key> keys_;
    std::vector<fp_flow> flows_;
};

} // namespace fastpath
