// SPDX-License-Identifier: Apache-2.0
// Whether the second asking of a query should be a hit, from what the contract says; written without the product's code.
#pragma once

#include "conformance/asking.h"
#include "conformance/message_difference.h"

#include <chrono>

namespace fastpath::test {

enum class Expected {
    hit,      // a query of the cacheable kind, whose first answer could be learned
    not_hit,  // what only the resolver may answer
    anything, // depends on what was learned for another size, or on a TTL that may end meanwhile
};

// One question of class IN for data, RD=1, and at most an OPT that says nothing of its own. Other queries are left to the
// resolver of the host, also where misses are steered.
bool is_eligible(const Asking &asking);

// `first` is what the client got when it asked for the first time, `age` seconds ago. `may_be_partial`: some answer to the question has additional
// records, so that which of them a small client gets is the resolver's choice.
Expected expected_of(const Asking &asking, const Reply &first, bool may_be_partial, std::chrono::seconds age);

} // namespace fastpath::test
