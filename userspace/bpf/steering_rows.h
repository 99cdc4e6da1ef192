// SPDX-License-Identifier: Apache-2.0
// SteeringRows: the rows of a generation in the maps listeners, clients, routes and route_filter, beside those of another one.
#pragma once

#include "steer/plan.h"
#include "util/result.h"

#include <cstdint>

namespace fastpath {

class SteeringRows {
  public:
    // Descriptors of the maps, which their owner keeps open.
    struct Descriptors {
        int listeners;
        int clients;
        int routes;
        int route_filter;
    };

    explicit SteeringRows(const Descriptors &maps) : maps_(maps) {}

    // On failure some of the rows may be there.
    Result<> add(const SteeringPlan &plan, std::uint32_t generation) const;

    // Removes the rows of all other generations.
    void keep_only(std::uint32_t generation) const;

  private:
    Result<> add_listeners(const SteeringPlan &plan, std::uint32_t generation) const;
    Result<> add_clients(const SteeringPlan &plan, std::uint32_t generation) const;
    Result<> add_routes(const SteeringPlan &plan, std::uint32_t generation) const;

    Descriptors maps_;
};

} // namespace fastpath
