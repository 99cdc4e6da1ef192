// SPDX-License-Identifier: Apache-2.0
// Verdicts of XDP programs as words: the names of <linux/bpf.h>, which Wireshark shows as well.
#pragma once

#include <cstdint>
#include <linux/bpf.h>

namespace fastpath::ctl {

inline const char *verdict_name(uint32_t verdict) {
    switch (verdict) {
    case XDP_ABORTED:
        return "XDP_ABORTED";
    case XDP_DROP:
        return "XDP_DROP";
    case XDP_PASS:
        return "XDP_PASS";
    case XDP_TX:
        return "XDP_TX";
    case XDP_REDIRECT:
        return "XDP_REDIRECT";
    default:
        return "unknown";
    }
}

} // namespace fastpath::ctl
