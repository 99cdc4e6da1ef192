// SPDX-License-Identifier: Apache-2.0
// The map `open_queries` from the side of the tests.
#pragma once

#include "harness/packet.h"

#include <dns_fastpath/events.h>
#include <optional>

namespace fastpath::test {

// Under which the answer to this query is looked for.
[[nodiscard]] fp_open_query_key open_key_of(const Packet &query);

[[nodiscard]] std::optional<fp_open_query> find_open_query(const Packet &query);
[[nodiscard]] size_t count_open_queries();
void forget_open_queries();

} // namespace fastpath::test
