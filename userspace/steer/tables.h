// SPDX-License-Identifier: Apache-2.0
// Tables: the Maglev tables of a plan, one for each pool, family and tier that has somebody to choose, and the choice by them as
// the programs make it. Pure.
#pragma once

#include "dns/name.h"
#include "steer/maglev.h"
#include "steer/plan.h"

#include <cstdint>
#include <dns_fastpath/steer.h>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace fastpath {

struct TableKey {
    std::uint16_t pool = 0;
    bool is_ipv6 = false;
    std::uint8_t tier = 0;

    friend auto operator<=>(const TableKey &, const TableKey &) = default;
};

struct Table {
    std::vector<MaglevMember> members; // two tables with the same ones are the same
    fp_table entries;
};

// What is not there has no member. Tables are shared, so that who has written one knows it again.
using Tables = std::map<TableKey, std::shared_ptr<const Table>>;

// By the number of an upstream: it is up and not drained.
using Serves = std::function<bool(std::uint16_t)>;

// Those of `earlier` with the same members are taken over, the others are filled anew.
[[nodiscard]] Tables make_tables(const SteeringPlan &plan, const Serves &serves, const Tables &earlier = {});

// Where a miss of this name goes: `pool` is that of the client or the listen address, a route comes before it. Nothing: nobody
// serves. The daemon's choice for its own queries: no limits of rate, and no second try.
[[nodiscard]] std::optional<std::uint16_t> choose_upstream(const RouteTable &routes, const Tables &tables,
                                                           std::span<const std::uint8_t> name, std::uint16_t pool,
                                                           bool is_ipv6);

} // namespace fastpath
