// SPDX-License-Identifier: Apache-2.0
// Asking: one query as a client sends it, and in words.
#pragma once

#include "harness/dns_query.h"

#include <string>
#include <vector>

namespace fastpath::test {

struct Asking {
    std::string text; // "d0001.mail.example. MX (AD, EDNS 512 DO, mixed case, IPv6)"
    DnsQuery query;   // the id is set when it is asked
    bool ipv6 = false;
    bool tcp = false;
    bool malformed = false; // some resolvers leave such a query unanswered
};

} // namespace fastpath::test
