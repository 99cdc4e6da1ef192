// SPDX-License-Identifier: Apache-2.0
// SampleMap: reads the samples of queries that the programs leave in the map `samples`, while they go on writing. What is made of
// them is others' business (metrics/top).
#pragma once

#include "bpf/mapped_memory.h"
#include "util/result.h"

#include <cstddef>
#include <cstdint>
#include <dns_fastpath/events.h>
#include <vector>

namespace fastpath {

class SampleMap {
  public:
    // The descriptors of the maps `samples` and `sampled`, which need not outlive this.
    static Result<SampleMap> open(int samples_fd, int sampled_fd);

    // All that are whole and were taken at `since_ns` or later (CLOCK_MONOTONIC), the oldest first. Those that are written over
    // meanwhile are left out.
    [[nodiscard]] std::vector<fp_sample> read(std::uint64_t since_ns) const;

    // Since the maps were made.
    [[nodiscard]] std::uint64_t samples_taken() const;

    [[nodiscard]] std::size_t capacity() const { return slots_; }

  private:
    SampleMap(MappedMemory samples, MappedMemory sampled, std::size_t slots)
        : samples_(std::move(samples)), sampled_(std::move(sampled)), slots_(slots) {}

    [[nodiscard]] bool copy(std::uint64_t number, fp_sample &sample) const;

    MappedMemory samples_;
    MappedMemory sampled_;
    std::size_t slots_;
};

} // namespace fastpath
