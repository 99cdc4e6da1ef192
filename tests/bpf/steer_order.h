// SPDX-License-Identifier: Apache-2.0
// Which upstream a name comes to, computed from what include/dns_fastpath/steer.h says of tables; for those of SteeringWorld.
#pragma once

#include "harness/dns_query.h"
#include "steer_world.h"

#include <vector>

namespace fastpath::test {

// Where a name lies in a Maglev table: over its lower-cased words.
[[nodiscard]] uint32_t table_index_of(const Octets &name);

// In this order the upstreams of one table are asked for a name; `members` as they were added.
[[nodiscard]] std::vector<Upstream> order_for(const DnsQuery &query, const std::vector<Upstream> &members);

// A query whose first choice it is; `which` of them.
[[nodiscard]] DnsQuery query_for_first(const Upstream &upstream, const std::vector<Upstream> &members, int which = 0);

} // namespace fastpath::test
