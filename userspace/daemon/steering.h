// SPDX-License-Identifier: Apache-2.0
// Steering: keeps what the programs know of pools and upstreams true: the plan of the config, who is up, what is drained, which
// tables follow from that; and sees from the counters who has fallen silent.
#pragma once

#include "bpf/answer_maps.h"
#include "bpf/flow_sweeper.h"
#include "bpf/open_query_watch.h"
#include "bpf/programs.h"
#include "bpf/steering_maps.h"
#include "config/config.h"
#include "daemon/event_loop.h"
#include "daemon/loopback_forwarding.h"
#include "daemon/upstream_watch.h"
#include "steer/plan.h"
#include "steer/tables.h"
#include "upstream/health.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace fastpath {

// Who a query of the daemon's own goes to.
struct Target {
    std::optional<IpAddress> upstream; // none = the resolver on this host
};

class Steering {
  public:
    // All outlive this.
    // `on_return`: an upstream is up again.
    static Result<std::unique_ptr<Steering>> create(const Programs &programs, AnswerMaps &readers,
                                                    std::function<void()> on_return);

    Result<> join(EventLoop &loop);

    // As a whole or not at all.
    Result<> apply(const Config &config, const std::set<IpAddress> &listen_addresses, const fp_settings &settings);

    // What the probes say of the resolver on this host.
    void set_local_state(HealthState state);

    // The interfaces or their addresses may be others now.
    void follow_interfaces(const Config &config);

    // What an earlier daemon said of the upstreams is too old to be believed.
    void doubt_states();

    // Of the config in force; "" where it has no such pool.
    [[nodiscard]] std::string pool_name(uint16_t pool) const;

    // Where a query of our own for this name is to go. `pool` is that of the client or listen address that it is for; an upstream
    // of its family comes first, one of the other is as good.
    [[nodiscard]] std::optional<Target> target_of(std::span<const uint8_t> name, const std::string &pool,
                                                  bool is_ipv6) const;

    // Leaves the host as it was, where that is not in the maps.
    void undo() { forwarding_.undo(); }

  private:
    Steering(SteeringMaps maps, FlowSweeper flows, OpenQueryWatch open_queries, std::function<void()> on_return)
        : maps_(std::move(maps)), flows_(std::move(flows)), open_queries_(std::move(open_queries)),
          on_return_(std::move(on_return)) {}

    void keep_forwarding();
    void set_state(const IpAddress &upstream, HealthState state);
    void write_state(const IpAddress &upstream, fp_upstream_state state);
    void publish_local_state();
    [[nodiscard]] bool is_alone(const PlannedUpstream &upstream) const;
    void look();
    void note_drains();
    void look_each_second();
    UnansweredByNumber unanswered(uint64_t now_ns);
    void renew_tables();
    bool put_tables(std::set<uint16_t> serving);
    void admit_returning();
    [[nodiscard]] std::set<uint16_t> serving_of(const SteeringPlan &plan) const;

    SteeringMaps maps_;
    FlowSweeper flows_;
    OpenQueryWatch open_queries_;
    std::function<void()> on_return_;
    SteeringPlan plan_;
    Tables tables_;
    std::set<uint16_t> serving_;         // when the tables were made
    std::set<IpAddress> returning_;      // up by their probes, but not yet in the tables
    std::map<UpstreamId, bool> drained_; // as the log knows it
    std::chrono::nanoseconds flow_life_{};
    uint64_t narrow_ports_ns_ = never_ns; // when no flow of before the last reload is left
    HealthState local_state_ = HealthState::unknown;
    LoopbackForwarding forwarding_;
    bool forwarding_failed_ = false;
    std::unique_ptr<UpstreamWatch> watch_; // last, so that it ends first: it calls back
};

} // namespace fastpath
