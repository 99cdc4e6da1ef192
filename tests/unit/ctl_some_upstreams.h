// SPDX-License-Identifier: Apache-2.0
// Three pools as an operator may have them: `default` with two upstreams of this AZ and one of another, `vpc` with one of those
// and the resolver on this host, `local` with that alone.
#pragma once

#include "metrics/upstreams.h"

#include <vector>

namespace fastpath::test {

inline constexpr uint64_t now_ns = 10'000 * FP_NSEC_PER_SEC;

fp_upstream upstream_of(const char *pool, const char *address_or_local, const char *az, uint32_t tier);

// All up for 300 s, none drained; the counters are 0.
std::vector<Upstream> some_upstreams();

fp_resolver resolver_up();
fp_meta meta_with_heartbeat(uint64_t age_seconds);

// Throws where there is none.
Upstream &find(std::vector<Upstream> &upstreams, const std::string &pool, const std::string &name);

} // namespace fastpath::test
