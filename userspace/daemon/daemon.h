// SPDX-License-Identifier: Apache-2.0
// Daemon: what happens when: puts the parts together at a start, and tells them of events, of each second, of a reload, and of the end.
#pragma once

#include "bpf/pin_directory.h"
#include "bpf/programs.h"
#include "bpf/reload_record.h"
#include "config/config.h"
#include "daemon/addresses.h"
#include "daemon/cache_keeper.h"
#include "daemon/config_in_force.h"
#include "daemon/daemon_record.h"
#include "daemon/event_loop.h"
#include "daemon/explain_offer.h"
#include "daemon/interface_programs.h"
#include "daemon/monitoring.h"
#include "status/event_log.h"
#include "util/result.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

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
    [[nodiscard]] Result<Programs::Options> load_options(const std::optional<fp_meta> &earlier) const;
    Result<> load_programs(const std::optional<fp_meta> &earlier);
    Result<> make_parts();
    Result<> watch_events();
    Result<> watch_signals();
    Result<> apply_first_config();

    void follow_interfaces();
    void tick();
    void notify_status();
    void reload();
    ReloadRecord read_and_apply();
    void stop(OnStop manner);
    bool remove_all();
    void undo();

    Config config_;
    Options options_;
    PinDirectory pins_;
    bool took_over_ = false;

    // In the order in which they are made, because each leans on those before it.
    std::optional<Programs> programs_;
    std::unique_ptr<DaemonRecord> record_;
    std::optional<InterfacePrograms> interfaces_;
    std::unique_ptr<CacheKeeper> cache_;
    std::optional<ConfigInForce> in_force_;
    std::unique_ptr<ExplainOffer> explain_;
    std::optional<AddressWatch> address_watch_;
    std::optional<EventLoop> loop_;
    std::unique_ptr<Monitoring> monitoring_; // last, so that its threads end first
};

} // namespace fastpath
