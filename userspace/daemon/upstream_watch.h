// SPDX-License-Identifier: Apache-2.0
// UpstreamWatch: probes the upstreams, and reads from the kernel's counters who gets queries and sends no answers.
#pragma once

#include "bpf/unanswered.h"
#include "bpf/upstream_slots.h"
#include "config/config.h"
#include "daemon/event_loop.h"
#include "steer/plan.h"
#include "upstream/deadline_timer.h"
#include "upstream/query_client.h"
#include "upstream/silence.h"
#include "upstream/upstream_probes.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>

namespace fastpath {

class UpstreamWatch {
  public:
    // `slots` outlives this.
    static Result<std::unique_ptr<UpstreamWatch>> create(UpstreamSlots &slots, UpstreamProbes::OnChange on_change);

    Result<> join(EventLoop &loop);
    void configure(const HealthConfig &health, const SteeringPlan &plan);

    // To be called every observe_every_ns.
    void observe(const SteeringPlan &plan);

    // To be called each second, with what is unanswered then.
    void publish_load(const SteeringPlan &plan, const UnansweredByNumber &unanswered);

  private:
    // Of one address, over all pools.
    struct Totals {
        uint64_t queries = 0;
        uint64_t responses = 0;
        uint64_t unreachable = 0;
    };
    // Of one slot, a second ago.
    struct Second {
        uint64_t at_ns = 0;
        fp_upstream_counters counters{};
    };

    UpstreamWatch(UpstreamSlots &slots, UpstreamProbes::OnChange on_change, DeadlineTimer timer, QueryClient client);
    void run();
    void observe(const IpAddress &address, const Totals &now, uint64_t now_ns);

    UpstreamSlots &slots_;
    UpstreamProbes probes_;
    std::map<IpAddress, SilenceDetector> detectors_;
    std::map<IpAddress, Totals> last_;
    std::map<uint16_t, Second> seconds_;
    DeadlineTimer timer_;
    QueryClient client_; // last, so that it ends first
};

} // namespace fastpath
