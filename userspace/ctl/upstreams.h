// SPDX-License-Identifier: Apache-2.0
// What `upstreams` says, and what is wrong with them.
#pragma once

#include "ctl/terminal.h"
#include "metrics/upstreams.h"

#include <dns_fastpath/abi.h>
#include <dns_fastpath/config.h>
#include <string>
#include <vector>

namespace fastpath::ctl {

struct UpstreamsReport {
    std::vector<Upstream> upstreams; // by pool, tier and address
    fp_resolver resolver = {};
    fp_meta meta = {};
    uint64_t now_ns = 0; // CLOCK_MONOTONIC
};

// Upstreams that are down, pools that nobody serves; each with what to do. Nothing where the daemon's word is too old: the programs
// do not go by it either. Of the resolver on this host alone `status` says enough.
std::vector<std::string> problems_of(const UpstreamsReport &report);

void print_upstreams(Output &output, const UpstreamsReport &report);
Json to_json(const UpstreamsReport &report);

} // namespace fastpath::ctl
