// SPDX-License-Identifier: Apache-2.0
// UpstreamSlots: the maps `upstreams` and `upstream_counters`. A state is one store, which the programs obey at once.
#pragma once

#include "bpf/mapped_memory.h"
#include "bpf/per_cpu_counters.h"
#include "steer/plan.h"
#include "util/result.h"

#include <cstdint>
#include <dns_fastpath/steer.h>
#include <map>
#include <optional>
#include <span>

namespace fastpath {

// What the daemon sees of an upstream, for people.
struct UpstreamLoad {
    std::uint64_t timeouts = 0; // in all
    std::uint32_t queries_per_second = 0;
    std::uint32_t unanswered_ppm = 0;
    std::uint32_t rtt_us = 0;
};

class UpstreamSlots {
  public:
    // The descriptors stay their owner's.
    static Result<UpstreamSlots> open(int upstreams_fd, int counters_fd);

    // By its number; `drained` changes under us.
    [[nodiscard]] const fp_upstream &operator[](std::uint16_t number) const { return slots_[number]; }
    [[nodiscard]] std::map<UpstreamId, std::uint16_t> known() const;

    // It is up and not drained.
    [[nodiscard]] bool serves(std::uint16_t number) const;

    // In a slot that is not used, with counters at 0. State and drain are of an address, whatever the pool: where another pool has
    // it, they are the same here; else it is not known to be up.
    Result<> add(const PlannedUpstream &upstream, std::uint64_t now_ns);
    // Again, of one that is there: its state, load and counters stay.
    void configure(const PlannedUpstream &upstream);
    void remove(std::uint16_t number);

    void set_state(std::uint16_t number, fp_upstream_state state, std::uint64_t now_ns);
    void set_load(std::uint16_t number, const UpstreamLoad &load);

    // Summed over the CPUs.
    [[nodiscard]] Result<fp_upstream_counters> counters(std::uint16_t number) const { return counters_.sum(number); }

  private:
    UpstreamSlots(MappedMemory memory, PerCpuCounters<fp_upstream_counters> counters)
        : memory_(std::move(memory)), slots_(reinterpret_cast<fp_upstream *>(memory_.data()), FP_UPSTREAMS_MAX),
          counters_(counters) {}

    [[nodiscard]] const fp_upstream *find(const std::optional<IpAddress> &address) const; // in any pool; null: nowhere

    MappedMemory memory_;
    std::span<fp_upstream> slots_;
    PerCpuCounters<fp_upstream_counters> counters_;
};

} // namespace fastpath
