// SPDX-License-Identifier: Apache-2.0
// What the program `explain` said of a query, in words. Pure: numbers have their names by now.
#pragma once

#include "ctl/query_packet.h"
#include "ctl/terminal.h"
#include "util/address.h"

#include <cstdint>
#include <dns_fastpath/explain.h>
#include <optional>
#include <string>
#include <vector>

namespace fastpath::ctl {

struct ExplainedQuery {
    Query query;
    fp_explanation record = {};
    std::vector<uint8_t> packet; // as it leaves

    bool is_listener = true;           // the address that was asked
    std::optional<IpPrefix> rule = {}; // of `clients` in the kernel, that covers the client
    bool is_allowed = true;            // by it
    std::string view = {};             // the names of record.view,
    std::string pool = {};             // of record.pool,
    std::string way_pool = {};         // of record.way_pool,
    std::string upstream = {};         // of record.upstream: an address, or "local",
    std::string egress = {};           // and of record.egress: an interface
};

struct ExplainStep {
    const char *about; // "client": for scripts
    std::string text;
};

// In the order of the walk; the last one is about the outcome.
std::vector<ExplainStep> steps_of(const ExplainedQuery &explained);

void print_explanation(Output &output, const ExplainedQuery &explained);
Json to_json(const ExplainedQuery &explained);

} // namespace fastpath::ctl
