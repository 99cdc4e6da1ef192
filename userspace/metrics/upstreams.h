// SPDX-License-Identifier: Apache-2.0
// The upstreams as the maps hold them, and what their state is taken for. Reading alone: who changes them is the daemon, and
// dns-fastpathctl `drained`.
#pragma once

#include "util/result.h"

#include <cstdint>
#include <dns_fastpath/abi.h>
#include <dns_fastpath/config.h>
#include <dns_fastpath/steer.h>
#include <set>
#include <string>
#include <vector>

namespace fastpath {

// One of one pool: an address that is in two pools is two of them.
struct Upstream {
    fp_upstream record = {};
    fp_upstream_counters counters = {}; // over all CPUs
};

// Those in use, by pool, tier and name. Descriptors of the maps `upstreams` and `upstream_counters`.
Result<std::vector<Upstream>> read_upstreams(int upstreams_fd, int counters_fd);

std::string name_of(const fp_upstream &upstream); // an address, or "local"
std::string pool_of(const fp_upstream &upstream);
std::string az_of(const fp_upstream &upstream); // "" where it is not known

// Is the daemon's last heartbeat young enough for the programs to believe what it said of the upstreams?
bool is_word_valid(const fp_meta &meta, uint64_t now_ns);

// What the daemon's probes say of the resolver on this host; FP_RESOLVER_UNKNOWN where its word is not valid.
fp_resolver_state probed_state(const fp_resolver &resolver, const fp_meta &meta, uint64_t now_ns);

// The last known. That of the local resolver is what its own probes say.
fp_upstream_state state_of(const fp_upstream &upstream, const fp_resolver &resolver);

// May it be chosen for a miss?
bool is_serving(const fp_upstream &upstream, const fp_resolver &resolver);

// Pools of which no upstream is serving.
std::set<std::string> pools_without_service(const std::vector<Upstream> &upstreams, const fp_resolver &resolver);

} // namespace fastpath
