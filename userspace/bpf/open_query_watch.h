// SPDX-License-Identifier: Apache-2.0
// OpenQueryWatch: which queries that were passed to the resolver on this host have no answer yet, by the map `open_queries`. An
// answer is seen when it leaves this host: what a firewall or a full connection tracking table swallows, on the way in or out,
// is as unanswered here as it is to the client.
#pragma once

#include "bpf/batch_reader.h"
#include "bpf/unanswered.h"

#include <chrono>
#include <cstdint>
#include <dns_fastpath/events.h>

namespace fastpath {

class OpenQueryWatch {
  public:
    // The descriptor stays its owner's.
    explicit OpenQueryWatch(int open_queries_fd) : queries_(open_queries_fd) {}

    // The whole map. Removes nothing: the map forgets the oldest by itself, so each query is given up in one look alone, the first
    // one after `life`.
    UnansweredByNumber look(uint64_t now_ns, std::chrono::nanoseconds life);

  private:
    BatchReader<fp_open_query_key, fp_open_query> queries_;
    uint64_t looked_ns_ = 0;
};

} // namespace fastpath
