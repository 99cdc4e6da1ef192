// SPDX-License-Identifier: Apache-2.0
// capture: packets that the programs answer or drop, which tcpdump never sees, into a file that it reads.
#pragma once

#include <cstdint>
#include <dns_fastpath/capture.h>
#include <optional>
#include <string>

namespace fastpath::ctl {

inline constexpr uint32_t default_capture_rate = 1000;

struct CaptureOptions {
    std::string file; // "-" = standard output
    fp_capture_filter filter = {};
    std::optional<uint64_t> count = {};   // of packets as they came
    std::optional<uint32_t> seconds = {}; // none: until it is interrupted
};

} // namespace fastpath::ctl
