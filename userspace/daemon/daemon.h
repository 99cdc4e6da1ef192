// SPDX-License-Identifier: Apache-2.0
// Daemon: puts the parts together and keeps them going: programs on the interfaces, learner, housekeeping, metrics, signals.
#pragma once

#include "bpf/answer_maps.h"
#include "bpf/attachment.h"
#include "bpf/mapped_memory.h"
#include "bpf/pin_directory.h"
#include "bpf/programs.h"
#include "bpf/reload_record.h"
#include "bpf/ring_reader.h"
#include "bpf/sample_map.h"
#include "cache/answer_table.h"
#include "config/config.h"
#include "conntrack/notrack.h"
#include "daemon/addresses.h"
#include "daemon/event_loop.h"
#include "daemon/explain_offer.h"
#include "daemon/filler.h"
#include "daemon/metrics_server.h"
#include "daemon/refresher.h"
#include "daemon/resolver_watch.h"
#include "daemon/snapshots.h"
#include "daemon/steering.h"
#include "status/event_log.h"
#include "status/history.h"
#include "util/result.h"

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>

namespace fastpath {

class Daemon {
  public:
    struct Options {
        std::filesystem::path pins;
        std::function<Result<Config>()> read_config; // once more, for a reload
        std::shared_ptr<EventLog> events;            // for the status page
    };

    // Loads, takes over what an earlier daemon left, attaches. On failure nothing is left behind that was not there before.
    static Result<std::unique_ptr<Daemon>> start(Config config, Options options);

    // Until SIGTERM or SIGINT; returns the exit code.
    Result<int> run();

  private:
    Daemon(Config config, Options options, PinDirectory pins)
        : config_(std::move(config)), options_(std::move(options)), pins_(std::move(pins)) {}

    Result<> start_parts(const std::optional<fp_meta> &earlier);
    Result<> load_programs(const std::optional<fp_meta> &earlier);
    void announce();
    Result<> open_cache();
    Result<> open_rings();
    Result<> start_steering();
    Result<> watch_resolver();
    Result<> write_config_maps();
    Result<> attach();
    void detach_where(const std::function<bool(const Attached &)> &unwanted);
    void start_metrics();
    Result<> watch_events();

    void warn_about_clients(const std::set<IpAddress> &addresses) const;
    void keep_untracked(const std::set<IpAddress> &addresses);
    [[nodiscard]] std::optional<SocketAddress> server_for(std::span<const uint8_t> name, const Asker &asker) const;
    void follow_interfaces();
    void attach_again(const Attached &old);
    void tick();
    void publish_counters();
    void record_history(uint64_t now_ns);
    void apply_cache_settings();
    void notify_status();
    void reload();
    ReloadRecord read_and_apply();
    void stop(OnStop manner);
    bool leave_host();
    void undo();

    Config config_;
    Options options_;
    PinDirectory pins_;
    bool took_over_ = false;

    std::optional<Programs> programs_;
    MappedMemory meta_memory_;
    MappedMemory counters_memory_;
    MappedMemory reload_memory_;
    fp_meta *meta_ = nullptr;
    fp_cache_counters *counters_ = nullptr;
    fp_cache_counters counters_before_ = {};
    std::optional<AnswerMaps> answers_;
    std::optional<AnswerTable> table_;
    std::optional<Attachments> attachments_;
    std::optional<EventLoop> loop_;
    std::optional<AddressWatch> address_watch_;
    std::optional<Filler> filler_;
    std::unique_ptr<RingReader> learned_;
    std::unique_ptr<RingReader> refreshes_;
    std::set<IpAddress> answered_on_;
    std::optional<Notrack> notrack_;
    bool is_untracked_ = false; // the notrack table is ours
    std::unique_ptr<Steering> steering_;
    std::unique_ptr<ResolverWatch> resolver_;
    std::unique_ptr<Refresher> refresher_;
    std::unique_ptr<Snapshots> snapshots_;
    std::unique_ptr<ExplainOffer> explain_;
    std::optional<SampleMap> samples_;
    std::atomic<uint32_t> top_names_ = 0; // metrics.top_names, for the threads of metrics_
    History history_;
    uint64_t nics_read_ns_ = 0;
    std::optional<MetricsServer> metrics_; // last, so that its threads end first
};

} // namespace fastpath
