// SPDX-License-Identifier: Apache-2.0
// What `status` says: facts gathered from the pins, and what is wrong with them.
#pragma once

#include "bpf/attachment.h"
#include "ctl/terminal.h"
#include "metrics/upstreams.h"
#include "util/address.h"

#include <dns_fastpath/abi.h>
#include <dns_fastpath/config.h>
#include <dns_fastpath/counters.h>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace fastpath::ctl {

struct StatusReport {
    std::filesystem::path pins;
    fp_meta meta = {};
    bool daemon_running = false;
    std::vector<Attached> interfaces;        // by name
    std::map<uint32_t, std::string> renamed; // number of an interface to its name now, where it was attached by another
    std::set<IpAddress> listeners;           // what we answer on
    std::vector<Upstream> upstreams;         // by pool, tier and address
    fp_counters counters = {};
    fp_resolver resolver = {};
    uint64_t now_ns = 0; // CLOCK_MONOTONIC
};

// Why the state is "degraded", each with what to do; empty where all is well.
std::vector<std::string> problems_of(const StatusReport &report);

// Hits, stale ones included, of all DNS queries; nullopt before the first query.
std::optional<double> hit_ratio(const fp_counters &counters);

void print_status(Output &output, const StatusReport &report);
Json to_json(const StatusReport &report);

} // namespace fastpath::ctl
