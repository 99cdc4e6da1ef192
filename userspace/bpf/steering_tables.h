// SPDX-License-Identifier: Apache-2.0
// SteeringTables: the map of maps `tables`, of which each generation has a half.
#pragma once

#include "bpf/map_types.h"
#include "bpf/mapped_memory.h"
#include "bpf/programs.h"
#include "steer/tables.h"
#include "util/result.h"
#include "util/unique_fd.h"

#include <cstdint>
#include <map>
#include <memory>

namespace fastpath {

class SteeringTables {
  public:
    // `programs` outlives it. Knows which tables an earlier one has written, but not what they hold.
    static Result<SteeringTables> open(const Programs &programs);

    // Makes the half of this generation hold these. What is there already is not written again, what is not among them goes. On
    // failure some of it may be done; the next call does the rest.
    Result<> put(std::uint32_t generation, const Tables &tables);

  private:
    // By their numbers in the map.
    using Numbered = std::map<std::uint32_t, std::shared_ptr<const Table>>;

    Result<UniqueFd> make(const fp_table &entries) const;
    Result<> write(const Numbered &changed);

    SteeringTables(const Programs &programs, MappedMemory places);

    [[nodiscard]] std::uint64_t &place_word(std::uint32_t number) const;
    void mark(std::uint32_t number);
    void unmark(std::uint32_t number);

    int map_fd_;
    MapTypes types_;
    MappedMemory places_;
    Numbered written_; // null where it is not known what it is: an earlier daemon's, or an attempt that failed
};

} // namespace fastpath
