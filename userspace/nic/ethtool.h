// SPDX-License-Identifier: Apache-2.0
// What the driver of an interface counts (`ethtool -S`), by ioctl. Read only.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace fastpath {

struct NicStatistic {
    std::string name; // the driver's
    uint64_t value = 0;

    bool operator==(const NicStatistic &) const = default;
};

// In the driver's order; empty where it counts nothing, or where there is no such interface.
std::vector<NicStatistic> read_nic_statistics(const std::string &interface);

} // namespace fastpath
