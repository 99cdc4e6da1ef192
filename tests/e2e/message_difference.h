// SPDX-License-Identifier: Apache-2.0
// What differs between two DNS messages, but for the id, and TTLs that are a little lower. ldns reads both.
#pragma once

#include "harness/octets.h"

#include <string>
#include <vector>

namespace fastpath::test {

// One line for each field of `actual` that is not that of `expected`: header bits, counts, question octets, each RRset of
// each section (in the order of sets; within one, in any), OPT. A TTL may be lower by at most `ttl_slack`, and never higher.
std::vector<std::string> message_difference(const Octets &expected, const Octets &actual, uint32_t ttl_slack);

// The same for an answer with TC=1, which here is header, question and OPT alone (RFC 2181 9: what is left may not be used).
// A resolver may put records there: which, is not looked at.
std::vector<std::string> truncated_difference(const Octets &expected, const Octets &actual);

} // namespace fastpath::test
