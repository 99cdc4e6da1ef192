// SPDX-License-Identifier: Apache-2.0
// Of all that a driver counts, the counters of packets that were lost, or were over a limit of the cloud: those are few, and nobody
// else counts them. Pure.
#pragma once

#include "nic/ethtool.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace fastpath {

// By name: lower case, words joined by '_'. Counters of queues are added up, under the name without the number of the queue.
std::map<std::string, uint64_t> event_counters(const std::vector<NicStatistic> &statistics);

} // namespace fastpath
