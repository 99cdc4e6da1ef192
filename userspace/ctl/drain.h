// SPDX-License-Identifier: Apache-2.0
// Taking an upstream out of use by hand, and putting it back.
#pragma once

#include "ctl/terminal.h"
#include "metrics/upstreams.h"

#include <dns_fastpath/config.h>
#include <dns_fastpath/steer.h>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace fastpath::ctl {

struct DrainReport {
    std::string upstream;
    bool drained = false;                       // what was asked for
    std::vector<std::string> changed = {};      // pools in which it was otherwise before
    std::vector<std::string> unchanged = {};    // and in which it was so already
    std::set<std::string> without_service = {}; // of these pools, those in which no upstream is serving now
};

// Sets `drained` in every element of that name. An error that names those that there are, where there is none of it.
Result<DrainReport> set_drained(std::span<fp_upstream> elements, const fp_resolver &resolver, const std::string &name,
                                bool drained);

void print_report(Output &output, const DrainReport &report);

} // namespace fastpath::ctl
