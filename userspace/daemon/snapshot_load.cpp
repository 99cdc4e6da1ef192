// SPDX-License-Identifier: Apache-2.0
#include "daemon/snapshot_load.h"

#include "daemon/low_priority.h"
#include "snapshot/reader.h"
#include "util/clock.h"

#include <atomic>
#include <spdlog/spdlog.h>
#include <sys/eventfd.h>

namespace fastpath {

namespace {

// Of a size that keeps the event loop from its other work for a fraction of a millisecond.
constexpr size_t batch_size = 256;
constexpr size_t most_batches = 16;

} // namespace

Result<std::unique_ptr<SnapshotLoad>> SnapshotLoad::create(AnswerTable &table, fp_meta &meta) {
    UniqueFd wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!wake) {
        return fail_errno("cannot make an eventfd");
    }
    return std::unique_ptr<SnapshotLoad>(new SnapshotLoad(table, meta, std::move(wake)));
}

SnapshotLoad::~SnapshotLoad() {
    end_thread();
}

void SnapshotLoad::end_thread() {
    {
        const std::lock_guard lock(mutex_);
        is_stopped_ = true;
    }
    room_.notify_one();
    if (thread_.joinable()) {
        thread_.join();
    }
}

void SnapshotLoad::start(UniqueFd file, std::string name, snapshot::RestoreSettings settings, Done done) {
    done_ = std::move(done);
    started_ns_ = monotonic_ns();
    loaded_ = 0;
    is_cut_short_ = false;
    batches_ = {};
    read_.reset();
    is_stopped_ = false;
    thread_ = std::thread([this, fd = file.release(), name = std::move(name), settings = std::move(settings)] {
        lower_priority();
        Result<uint64_t> result = read(UniqueFd(fd), name, settings);
        {
            const std::lock_guard lock(mutex_);
            read_ = std::move(result);
        }
        wake();
    });
}

void SnapshotLoad::wake() const {
    ::eventfd_write(wake_.get(), 1);
}

Result<uint64_t> SnapshotLoad::read(UniqueFd file, std::string name, snapshot::RestoreSettings settings) {
    Result<snapshot::SnapshotReader> reader = snapshot::SnapshotReader::open(std::move(file), std::move(name));
    if (!reader) {
        return tl::unexpected(reader.error());
    }
    const Result<snapshot::Restorer> restorer = snapshot::Restorer::create(
        reader->head(), std::move(settings), {.monotonic_ns = monotonic_ns(), .realtime_ns = clock_ns(CLOCK_REALTIME)});
    if (!restorer) {
        return tl::unexpected(restorer.error());
    }
    Batch batch;
    for (;;) {
        const Result<std::optional<snapshot::Record>> record = reader->next();
        if (!record) {
            return tl::unexpected(record.error());
        }
        std::optional<Entry> entry = *record ? restorer->entry_of(**record) : std::nullopt;
        if (entry) {
            batch.push_back(std::move(*entry));
        }
        if ((batch.size() == batch_size || !*record) && !hand_over(batch)) {
            break;
        }
        if (!*record) {
            break;
        }
    }
    return reader->answers();
}

// False where nobody wants more.
bool SnapshotLoad::hand_over(Batch &batch) {
    {
        std::unique_lock lock(mutex_);
        room_.wait(lock, [this] { return batches_.size() < most_batches || is_stopped_; });
        if (is_stopped_) {
            return false;
        }
        batches_.push(std::exchange(batch, {}));
    }
    wake();
    return true;
}

// What a flush is about is not known here, and the file does not know of it.
bool SnapshotLoad::was_flushed() const {
    return std::atomic_ref<__u64>(meta_.flushed_ns).load(std::memory_order_seq_cst) >= started_ns_;
}

void SnapshotLoad::put_in(const Batch &batch) {
    const uint64_t now = monotonic_ns();
    for (const Entry &entry : batch) {
        const Result<bool> put = snapshot::put(table_, entry, now);
        if (!put) {
            return cut_short(put.error().message);
        }
        loaded_ += *put ? 1U : 0U;
    }
    if (was_flushed()) {
        for (const Entry &entry : batch) {
            table_.flush(entry.head.key); // the flush may have gone by before they were there
        }
        cut_short("the cache was flushed meanwhile");
    }
}

// Not a fault of the file.
void SnapshotLoad::cut_short(const std::string &why) {
    spdlog::warn("the rest of the snapshot is left out: {}", why);
    is_cut_short_ = true;
}

void SnapshotLoad::on_ready() {
    eventfd_t count = 0;
    ::eventfd_read(wake_.get(), &count);
    Batch batch;
    bool is_last = false;
    {
        const std::lock_guard lock(mutex_);
        if (!batches_.empty()) {
            batch = std::move(batches_.front());
            batches_.pop();
        }
        is_last = read_ && batches_.empty();
        if (!batches_.empty()) {
            wake();
        }
    }
    room_.notify_one();
    put_in(batch);
    if (is_cut_short_ || is_last) {
        finish();
    }
}

void SnapshotLoad::finish() {
    end_thread();
    const Result<uint64_t> read = is_cut_short_ ? Result<uint64_t>(loaded_) : std::move(*read_);
    done_(read.map([this](uint64_t answers) { return snapshot::LoadReport{.answers = answers, .loaded = loaded_}; }));
}

} // namespace fastpath
