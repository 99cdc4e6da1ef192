// SPDX-License-Identifier: Apache-2.0
// SteeringTables: the map of maps `tables`, of which each generation has a half.
#pragma once

#include "bpf/map_types.h"
#include "steer/tables.h"
#include "util/result.h"
#include "util/unique_fd.h"

#include <cstdint>
#include <map>
#include <memory>

namespace fastpath {

class SteeringTables {
  public:
    // `map_fd` is that of `tables`, `types` are those of struct fp_table. Both descriptors stay their owner's. With `is_empty` nobody has
    // written to the map; else each place is looked at, at which kernels before 6.8 wait for all CPUs: half a minute for all.
    static Result<SteeringTables> open(int map_fd, const MapTypes &types, bool is_empty = false);

    // Makes the half of this generation hold these. What is there already is not written again, what is not among them goes. On
    // failure some of it may be done; the next call does the rest.
    Result<> put(std::uint32_t generation, const Tables &tables);

  private:
    // By their numbers in the map.
    using Numbered = std::map<std::uint32_t, std::shared_ptr<const Table>>;

    Result<UniqueFd> make(const fp_table &entries) const;
    Result<> write(const Numbered &changed);

    int map_fd_ = -1;
    MapTypes types_;
    Numbered written_; // null where it is not known what it is: an earlier daemon's, or an attempt that failed
};

} // namespace fastpath
