// SPDX-License-Identifier: Apache-2.0
// Monitoring: all that looks on: the metrics and the status page with the threads that serve them, and the history that the page
// shows. Queries are answered without it.
#pragma once

#include "bpf/attachment.h"
#include "bpf/programs.h"
#include "config/config.h"
#include "daemon/metrics_server.h"
#include "metrics/top_names.h"
#include "status/event_log.h"
#include "status/history.h"
#include "util/result.h"

#include <cstdint>
#include <memory>
#include <optional>

namespace fastpath {

class Monitoring {
  public:
    // `programs` and `attachments` outlive it.
    static Result<std::unique_ptr<Monitoring>> create(const Programs &programs, const Attachments &attachments);

    // From here on it is served.
    void start(const Config &config, std::shared_ptr<EventLog> events);

    // What a reload can change.
    void configure(const Config &config) { top_names_.show(config.metrics.top_names); }

    // Each second.
    void tick(uint64_t now_ns);

    [[nodiscard]] bool is_missing() const { return server_->is_missing(); }

    // Takes a second or two.
    void stop() { server_->stop(); }

  private:
    Monitoring(const Programs &programs, const Attachments &attachments, SampleMap samples)
        : programs_(programs), attachments_(attachments), top_names_(std::move(samples)) {}

    void record_history(uint64_t now_ns);

    const Programs &programs_;
    const Attachments &attachments_;
    TopNames top_names_;
    bool is_wanted_ = false;
    History history_;
    uint64_t nics_read_ns_ = 0;
    std::optional<MetricsServer> server_; // last, so that its threads end first
};

} // namespace fastpath
