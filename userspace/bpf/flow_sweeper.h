// SPDX-License-Identifier: Apache-2.0
// FlowSweeper: removes open flows that were not answered in time from the map `flows`, and says whose they were. To the programs such
// a flow is closed, but it would lie there until it is pushed out.
#pragma once

#include "bpf/batch_reader.h"
#include "bpf/unanswered.h"

#include <chrono>
#include <cstdint>
#include <dns_fastpath/steer.h>

namespace fastpath {

class FlowSweeper {
  public:
    // The descriptor stays its owner's.
    explicit FlowSweeper(int flows_fd) : flows_fd_(flows_fd), flows_(flows_fd) {}

    // The whole map.
    UnansweredByNumber sweep(uint64_t now_ns, std::chrono::nanoseconds life);

  private:
    int flows_fd_;
    BatchReader<fp_flow_key, fp_flow> flows_;
};

} // namespace fastpath
