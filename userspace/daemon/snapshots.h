// SPDX-License-Identifier: Apache-2.0
// Snapshots: the daemon's side of state.snapshot: when one is written and loaded, what is logged and counted. The file itself is
// ../snapshot's.
#pragma once

#include "bpf/mapped_memory.h"
#include "bpf/programs.h"
#include "cache/answer_table.h"
#include "cache/policy.h"
#include "daemon/background_job.h"
#include "daemon/event_loop.h"
#include "daemon/snapshot_load.h"
#include "snapshot/handover.h"
#include "snapshot/save.h"
#include "util/result.h"

#include <cstdint>
#include <dns_fastpath/snapshot.h>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

namespace fastpath {

class Snapshots {
  public:
    struct Settings {
        std::filesystem::path file; // empty = none
        CachePolicy policy;
        uint32_t stale_max_age = 0;
    };

    // All outlive it. `pins` is where dns-fastpathctl finds us.
    static Result<std::unique_ptr<Snapshots>> create(const Programs &programs, AnswerTable &table, fp_meta &meta,
                                                     std::filesystem::path pins);

    Result<> join(EventLoop &loop);
    void configure(Settings settings) { settings_ = std::move(settings); }

    // Into a cache that is empty. Returns at once; what is not loaded yet is a miss.
    void load();

    // Each second: saves when it is time.
    void tick(uint64_t now_ns);

    // `done` is called when the file is as good as it gets, at once where there is nothing to write.
    void save_before_stop(std::function<void()> done);

  private:
    Snapshots(const Programs &programs, fp_meta &meta, std::filesystem::path pins, MappedMemory memory,
              std::unique_ptr<BackgroundJob> save, std::unique_ptr<SnapshotLoad> load);

    [[nodiscard]] bool is_due(uint64_t now_ns) const;
    void save(uint64_t now_ns);
    [[nodiscard]] Result<snapshot::Saved> write(const Settings &settings) const;
    void take_saved(const std::filesystem::path &file, uint64_t began_ns);
    [[nodiscard]] Result<snapshot::RestoreSettings> restore_settings() const;
    void start_load(UniqueFd file, const std::string &name, SnapshotLoad::Done done);
    void take_loaded(const std::string &file, uint64_t began_ns, const Result<snapshot::LoadReport> &result);
    void listen();
    void serve_request();

    const Programs &programs_;
    fp_meta &meta_;
    std::filesystem::path pins_;
    Settings settings_;
    MappedMemory memory_;
    fp_snapshot &published_;
    EventLoop *loop_ = nullptr;
    std::optional<snapshot::LoadListener> listener_;
    uint64_t began_ns_ = 0; // when the last one was begun
    uint64_t next_ns_ = 0;
    std::optional<Result<snapshot::Saved>> saved_; // the thread's, until it has ended
    std::function<void()> before_stop_;
    std::unique_ptr<BackgroundJob> save_; // these last, so that their threads end first
    std::unique_ptr<SnapshotLoad> load_;
};

} // namespace fastpath
