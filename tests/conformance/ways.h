// SPDX-License-Identifier: Apache-2.0
// How a question may be asked: header flags, EDNS variants, case, family.
#pragma once

#include "conformance/asking.h"
#include "conformance/questions.h"

#include <cstddef>
#include <vector>

namespace fastpath::test {

// Every way in both families and both cases: `all`. Else a share of the ways, which goes on from one `turn` to the next, each
// in one family and case, so that a few questions of a kind have been asked in all. Queries that are malformed are few in
// either: where a resolver does not answer them, each costs a while.
std::vector<Asking> ways_to_ask(const Question &question, size_t turn, bool all);

// A query that any client may send, of the kinds that fill the cache: one for each turn.
Asking common_way_to_ask(const Question &question, size_t turn);

} // namespace fastpath::test
