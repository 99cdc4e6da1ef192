// SPDX-License-Identifier: Apache-2.0
// Untracking: conntrack.notrack in the daemon: says in the log what Notrack could not do. A host without nftables, or whose firewall
// cannot be changed, is served all the same.
#pragma once

#include "config/config.h"
#include "conntrack/notrack.h"
#include "daemon/event_loop.h"
#include "util/result.h"

#include <cstdint>
#include <dns_fastpath/abi.h>
#include <filesystem>
#include <optional>
#include <set>

namespace fastpath {

class Untracking {
  public:
    // `pins` tells its table from that of another daemon. `meta` outlives this.
    Untracking(const std::filesystem::path &pins, fp_meta &meta, const Config &config);

    Result<> join(EventLoop &loop);
    void configure(const Config &config, const std::set<IpAddress> &addresses);

    // Each second.
    void tick(uint64_t now_ns);

    // Leaves the host as it was.
    Result<> undo();

  private:
    fp_meta &meta_;
    std::optional<Notrack> notrack_; // none: this kernel has no nftables
    bool is_ours_ = false;           // the table, or it was an earlier daemon's
};

} // namespace fastpath
