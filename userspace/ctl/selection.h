// SPDX-License-Identifier: Apache-2.0
// Which answers a cache command is about.
#pragma once

#include "ctl/command.h"

#include <algorithm>
#include <cstdint>
#include <span>

namespace fastpath::ctl {

// Both names in lower-cased wire form. Where nothing is asked for, everything is meant.
inline bool is_selected(const Invocation &asked, std::span<const uint8_t> name, uint16_t qtype) {
    if (asked.name && !std::equal(name.begin(), name.end(), asked.name->begin(), asked.name->end())) {
        return false;
    }
    if (asked.zone && !is_at_or_below(name, *asked.zone)) {
        return false;
    }
    return !asked.qtype || *asked.qtype == qtype;
}

} // namespace fastpath::ctl
