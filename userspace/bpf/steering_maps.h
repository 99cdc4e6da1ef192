// SPDX-License-Identifier: Apache-2.0
// SteeringMaps: the only writer of what the config decides in the maps. A plan comes into force as a whole, by one store; or not at
// all, and then the one before stays. See the head of include/dns_fastpath/config.h.
#pragma once

#include "bpf/mapped_memory.h"
#include "bpf/programs.h"
#include "bpf/steering_rows.h"
#include "bpf/steering_tables.h"
#include "bpf/upstream_slots.h"
#include "steer/plan.h"
#include "steer/tables.h"
#include "util/result.h"

#include <cstdint>
#include <dns_fastpath/config.h>
#include <functional>
#include <map>
#include <vector>

namespace fastpath {

class SteeringMaps {
  public:
    // Returns when no program uses any more what it found in a map before: AnswerMaps::wait_for_readers().
    using WaitForReaders = std::function<bool()>;

    // `programs` have to outlive it. Removes what an earlier daemon has left of other generations.
    static Result<SteeringMaps> open(const Programs &programs, WaitForReaders wait_for_readers);

    // For the next plan.
    [[nodiscard]] Result<KnownNumbers> known() const;

    // The next generation: writes it beside the one in use, switches, and removes the old one. `settings` without `steers` and
    // `has_routes`, which the plan decides. Answers still come home to the ports of before, see below.
    Result<> apply(const SteeringPlan &plan, fp_settings settings, const Tables &tables, std::uint64_t now_ns);

    // When all flows of before the last apply() have ended: answers are taken at the ports of now alone.
    void narrow_answer_ports();

    // Other tables for the plan in use, after upstreams went up or down.
    Result<> put_tables(const Tables &tables);

    [[nodiscard]] UpstreamSlots &upstreams() { return upstreams_; }
    [[nodiscard]] const UpstreamSlots &upstreams() const { return upstreams_; }

    // By ifindex. Makes the map `interfaces` hold exactly these.
    Result<> set_interfaces(const std::map<std::uint32_t, fp_interface> &wanted) const;

  private:
    SteeringMaps(const Programs &programs, WaitForReaders wait_for_readers, SteeringTables tables,
                 UpstreamSlots upstreams, MappedMemory memory);

    Result<> write(std::uint32_t generation, const SteeringPlan &plan, const Tables &tables, std::uint64_t now_ns,
                   std::vector<std::uint16_t> &added);
    void take_back(std::uint32_t generation, const std::vector<std::uint16_t> &added);
    Result<> write_views(const SteeringPlan &plan) const;
    void switch_to(std::uint32_t generation, const fp_settings &settings);
    Result<> remove_others();
    void remove_upstreams_but(const SteeringPlan &plan);

    WaitForReaders wait_for_readers_;
    SteeringRows rows_;
    SteeringTables tables_;
    UpstreamSlots upstreams_;
    MappedMemory memory_;
    fp_generations *generations_;
    int views_fd_;
    int interfaces_fd_;
    bool only_one_ = true; // no other generation has left anything
};

} // namespace fastpath
