// SPDX-License-Identifier: Apache-2.0
#include "steer/route_table.h"

#include <algorithm>

namespace fastpath {

namespace {

std::uint32_t labels_of(const WireName &name) {
    std::uint32_t labels = 0;
    for (std::size_t at = 0; name[at] != 0; at += 1U + name[at]) {
        ++labels;
    }
    return labels;
}

} // namespace

std::optional<std::uint16_t> RouteTable::pool_of(std::span<const std::uint8_t> name) const {
    if (pools_.empty()) {
        return std::nullopt;
    }
    for (std::size_t at = 0;; at += 1U + name[at]) {
        const auto suffix = name.subspan(at);
        if (const auto found = pools_.find(WireName(suffix.begin(), suffix.end())); found != pools_.end()) {
            return found->second;
        }
        if (name[at] == 0) {
            return std::nullopt;
        }
    }
}

fp_route_filter RouteTable::filter() const {
    fp_route_filter filter = {};
    for (const auto &[zone, pool] : pools_) {
        filter.labels[zone.size()] |= 1U << std::min(labels_of(zone), std::uint32_t{FP_ROUTE_LABELS_LAST});
    }
    return filter;
}

} // namespace fastpath
