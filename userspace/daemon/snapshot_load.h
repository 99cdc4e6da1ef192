// SPDX-License-Identifier: Apache-2.0
// SnapshotLoad: fills the cache from a snapshot while the daemon does its work. A thread reads, checks and builds; the event loop,
// the cache's only writer, puts in a batch at a time.
#pragma once

#include "cache/answer_table.h"
#include "snapshot/load_report.h"
#include "snapshot/restore.h"
#include "util/result.h"
#include "util/unique_fd.h"

#include <condition_variable>
#include <cstdint>
#include <dns_fastpath/abi.h>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <queue>
#include <string>
#include <thread>
#include <vector>

namespace fastpath {

class SnapshotLoad {
  public:
    using Done = std::function<void(const Result<snapshot::LoadReport> &)>;

    // Both outlive it.
    static Result<std::unique_ptr<SnapshotLoad>> create(AnswerTable &table, fp_meta &meta);
    ~SnapshotLoad();
    SnapshotLoad(const SnapshotLoad &) = delete;
    SnapshotLoad &operator=(const SnapshotLoad &) = delete;

    // Readable when there is something to do.
    [[nodiscard]] int poll_fd() const { return wake_.get(); }
    void on_ready();

    [[nodiscard]] bool is_running() const { return thread_.joinable(); }
    // One at a time. `name` is that of the file, for errors.
    void start(UniqueFd file, std::string name, snapshot::RestoreSettings settings, Done done);

  private:
    using Batch = std::vector<Entry>;

    SnapshotLoad(AnswerTable &table, fp_meta &meta, UniqueFd wake)
        : table_(table), meta_(meta), wake_(std::move(wake)) {}

    // In the thread.
    Result<uint64_t> read(UniqueFd file, std::string name, snapshot::RestoreSettings settings);
    bool hand_over(Batch &batch);
    void wake() const;

    // In the event loop.
    void put_in(const Batch &batch);
    void cut_short(const std::string &why);
    [[nodiscard]] bool was_flushed() const;
    void finish();
    void end_thread();

    AnswerTable &table_;
    fp_meta &meta_;
    UniqueFd wake_;
    std::thread thread_;
    Done done_;
    uint64_t started_ns_ = 0;
    uint64_t loaded_ = 0;
    bool is_cut_short_ = false;

    std::mutex mutex_; // of what follows
    std::condition_variable room_;
    std::queue<Batch> batches_;
    std::optional<Result<uint64_t>> read_; // answers in the file, when the thread has come to its end
    bool is_stopped_ = false;
};

} // namespace fastpath
