// SPDX-License-Identifier: Apache-2.0
// RouteTable: which pool resolves a name by its zone (`routes` of the config): the longest zone at or above it. Pure.
#pragma once

#include "dns/name.h"

#include <cstdint>
#include <dns_fastpath/steer.h>
#include <map>
#include <optional>
#include <span>

namespace fastpath {

class RouteTable {
  public:
    RouteTable() = default;
    explicit RouteTable(std::map<WireName, std::uint16_t> pools) : pools_(std::move(pools)) {}

    [[nodiscard]] const std::map<WireName, std::uint16_t> &pools() const { return pools_; } // by zone

    [[nodiscard]] std::optional<std::uint16_t> pool_of(std::span<const std::uint8_t> name) const;

    // By which the programs know which suffixes of a name to look up.
    [[nodiscard]] fp_route_filter filter() const;

    bool operator==(const RouteTable &) const = default;

  private:
    std::map<WireName, std::uint16_t> pools_;
};

} // namespace fastpath
