// SPDX-License-Identifier: Apache-2.0
// Readings: all that there is to see at one moment. Metrics and the status page are both made of it.
#pragma once

#include "bpf/attachment.h"
#include "bpf/programs.h"
#include "conntrack/table.h"
#include "metrics/top_names.h"
#include "metrics/upstreams.h"
#include "util/result.h"

#include <cstdint>
#include <dns_fastpath/abi.h>
#include <dns_fastpath/config.h>
#include <dns_fastpath/counters.h>
#include <dns_fastpath/snapshot.h>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace fastpath {

// What one interface's driver has counted: see nic/event_counters.h.
struct NicCounters {
    std::string interface;
    std::map<std::string, uint64_t> counters;
};

struct Readings {
    fp_counters counters = {};
    fp_meta meta = {};
    fp_cache_counters cache = {};
    fp_snapshot snapshot = {};
    fp_resolver resolver = {};
    std::vector<Upstream> upstreams;
    std::vector<Attached> interfaces;
    std::vector<NicCounters> nics;          // of those interfaces
    std::optional<ConntrackFill> conntrack; // none: the kernel tracks nothing
    Top top_names;                          // no rows: none are wanted
    uint64_t now_ns = 0;                    // CLOCK_MONOTONIC
};

// Whence they come, in the daemon. All outlive this, and may be read by several threads at once.
struct Sources {
    const Programs &programs;
    const Attachments &attachments;
    TopNames &top_names;
};

// Costs some system calls for each upstream and interface, and nothing for each answer in the cache.
Result<Readings> read_all(const Sources &sources);

Result<fp_meta> read_meta(const Programs &programs);

std::vector<NicCounters> read_nic_counters(const std::vector<Attached> &interfaces);

} // namespace fastpath
