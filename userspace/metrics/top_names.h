// SPDX-License-Identifier: Apache-2.0
// TopNames: the names asked most, for whoever looks at the daemon. To go through the samples takes milliseconds of CPU; however
// many look, that is done once a second.
#pragma once

#include "bpf/sample_map.h"
#include "metrics/top.h"

#include <cstdint>
#include <mutex>
#include <optional>

namespace fastpath {

// May be used by several threads at once.
class TopNames {
  public:
    explicit TopNames(SampleMap samples) : samples_(std::move(samples)) {}

    // metrics.top_names; 0, as at first = none.
    void show(std::uint32_t most);

    // At most a second old at `now_ns` (CLOCK_MONOTONIC), which does not go back. No rows where none are wanted.
    Top at(std::uint64_t now_ns);

  private:
    [[nodiscard]] Top read(std::uint64_t now_ns) const;

    SampleMap samples_;
    std::mutex mutex_; // of what follows
    std::uint32_t most_ = 0;
    std::optional<Top> top_;
    std::uint64_t read_ns_ = 0;
};

} // namespace fastpath
