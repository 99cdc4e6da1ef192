// SPDX-License-Identifier: Apache-2.0
// What the differential test asks: names and types of the lab's zones, and the ways in which each may be asked.
#pragma once

#include "harness/dns_query.h"

#include <cstdint>
#include <string>
#include <vector>

namespace fastpath::test {

struct Question {
    std::string name;
    uint16_t type;
};

// Some hundreds: existing, NXDOMAIN, NODATA, wildcards, aliases, large sets, signed names, names that text gets wrong.
std::vector<Question> differential_questions();

// Flags, EDNS size and case of one query; the server's address too, which is of either family.
struct Way {
    std::string text; // "AD CD, EDNS 512 with DO, mixed case, IPv6"
    uint16_t flags;
    std::optional<Edns> edns;
    bool mixed_case;
    bool ipv6;
};

// Every combination of AD, CD, DO and EDNS size; case and family take turns, so that `turn` 0 to 3 has all.
std::vector<Way> ways_to_ask(size_t turn);

DnsQuery query_for(const Question &question, const Way &way, uint16_t id);

} // namespace fastpath::test
