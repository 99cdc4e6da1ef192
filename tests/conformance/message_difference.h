// SPDX-License-Identifier: Apache-2.0
// What differs between two DNS messages, but for the id and the order of records within a set. TTLs are asked for apart.
#pragma once

#include "harness/octets.h"

#include <optional>
#include <string>
#include <vector>

namespace fastpath::test {

struct Difference {
    std::string field; // "AD", "RCODE", "nscount", "answer records", "authority set", "OPT", ...
    std::string expected;
    std::string actual;
    // False: no client may make anything of it. The case of names (RFC 4343 3); and in an answer with TC=1 on both sides, which
    // has to be asked for again (RFC 2181 9), how many records are left in it, AD, which speaks of them, and a SERVFAIL of the
    // resolver (Knot Resolver says that where the OPT is what did not fit).
    bool matters = true;
};

// No message at all is compared like one: both sides have to leave the query unanswered.
using Reply = std::optional<Octets>;

// Header bits, opcode, RCODE, counts, question octets, the sets of each section and their records, the order of owners in the
// answer section (which is that of a chain of aliases), OPT, and octets behind the message.
std::vector<Difference> content_differences(const Reply &expected, const Reply &actual);

// Sets of both messages whose TTL is higher in `actual`. Lower is none: RFC 1035 3.2.1 is a bound.
std::vector<Difference> ttl_differences(const Reply &expected, const Reply &actual);

// Every set of `reply` is in `own` too, with a TTL at least as high.
bool reaches_ttls(const Reply &own, const Reply &reply);

// No difference that matters.
bool are_equal(const Reply &expected, const Reply &actual);

bool is_truncated(const Reply &reply);
bool has_additional_records(const Reply &reply); // beside the OPT

// "AD: 1 -> 0"
std::string text_of(const Difference &difference);

} // namespace fastpath::test
