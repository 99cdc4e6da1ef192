// SPDX-License-Identifier: Apache-2.0
#include "daemon/snapshots.h"

#include "bpf/answer_maps.h"
#include "bpf/view_names.h"
#include "util/clock.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <fcntl.h>
#include <spdlog/spdlog.h>

namespace fastpath {

namespace {

// What a power cut costs at most. A write of a million answers takes about a second of one CPU, at low priority.
constexpr uint64_t interval_ns = 300 * FP_NSEC_PER_SEC;
// After a flush the file holds what was flushed, so a new one is written soon, but not for each of many flushes.
constexpr uint64_t flush_interval_ns = 5 * FP_NSEC_PER_SEC;

double seconds(uint64_t nanoseconds) {
    return static_cast<double>(nanoseconds) / FP_NSEC_PER_SEC;
}

} // namespace

Snapshots::Snapshots(const Programs &programs, fp_meta &meta, std::filesystem::path pins, MappedMemory memory,
                     std::unique_ptr<BackgroundJob> save, std::unique_ptr<SnapshotLoad> load)
    : programs_(programs), meta_(meta), pins_(std::move(pins)), memory_(std::move(memory)),
      published_(*reinterpret_cast<fp_snapshot *>(memory_.data())), next_ns_(monotonic_ns() + interval_ns),
      save_(std::move(save)), load_(std::move(load)) {}

Result<std::unique_ptr<Snapshots>> Snapshots::create(const Programs &programs, AnswerTable &table, fp_meta &meta,
                                                     std::filesystem::path pins) {
    Result<MappedMemory> memory = MappedMemory::of_map(programs.map("snapshot"), sizeof(fp_snapshot), "snapshot");
    if (!memory) {
        return tl::unexpected(memory.error());
    }
    Result<std::unique_ptr<BackgroundJob>> save = BackgroundJob::create();
    if (!save) {
        return tl::unexpected(save.error());
    }
    Result<std::unique_ptr<SnapshotLoad>> load = SnapshotLoad::create(table, meta);
    if (!load) {
        return tl::unexpected(load.error());
    }
    return std::unique_ptr<Snapshots>(
        new Snapshots(programs, meta, std::move(pins), std::move(*memory), std::move(*save), std::move(*load)));
}

Result<> Snapshots::join(EventLoop &loop) {
    loop_ = &loop;
    listen();
    const Result<> joined = loop.on_readable(save_->poll_fd(), [this] { save_->on_ready(); });
    return joined ? loop.on_readable(load_->poll_fd(), [this] { load_->on_ready(); }) : joined;
}

// --- saving -----------------------------------------------------------------------------------------------------------

bool Snapshots::is_due(uint64_t now_ns) const {
    const uint64_t flushed = std::atomic_ref<__u64>(meta_.flushed_ns).load(std::memory_order_relaxed);
    return now_ns >= next_ns_ || (flushed >= began_ns_ && flushed != 0 && now_ns >= began_ns_ + flush_interval_ns);
}

// Not while one is loaded: half of it would take the place of the whole.
void Snapshots::tick(uint64_t now_ns) {
    if (!listener_) {
        listen();
    }
    if (!settings_.file.empty() && !save_->is_running() && !load_->is_running() && is_due(now_ns)) {
        save(now_ns);
    }
}

void Snapshots::save(uint64_t now_ns) {
    began_ns_ = now_ns;
    next_ns_ = now_ns + interval_ns;
    save_->start([this, settings = settings_] { saved_ = write(settings); },
                 [this, file = settings_.file, now_ns] { take_saved(file, now_ns); });
}

// In the thread, with a mapping of its own: that of the event loop grows meanwhile.
Result<snapshot::Saved> Snapshots::write(const Settings &settings) const {
    Result<AnswerMaps> answers = AnswerMaps::open(programs_.answer_maps());
    if (!answers) {
        return tl::unexpected(answers.error());
    }
    Result<std::map<std::string, uint16_t>> views = read_view_names(programs_.map("views"));
    if (!views) {
        return tl::unexpected(views.error());
    }
    return snapshot::save_to_file(settings.file, *answers,
                                  {.views = std::move(*views), .stale_max_age = settings.stale_max_age});
}

void Snapshots::take_saved(const std::filesystem::path &file, uint64_t began_ns) {
    const uint64_t took = monotonic_ns() - began_ns;
    if (const Result<snapshot::Saved> &saved = *saved_; saved) {
        published_.save_took_ns = took;
        published_.saved_bytes = saved->bytes;
        published_.saved_answers = saved->answers;
        published_.saved_at_ns = clock_ns(CLOCK_REALTIME);
        spdlog::info("snapshot: {} answers written to {} in {:.1f} s", saved->answers, file.string(), seconds(took));
    } else {
        published_.save_errors++;
        spdlog::error("{}; the snapshot of before stays, the next attempt is in {} s (state.snapshot)",
                      saved.error().message, interval_ns / FP_NSEC_PER_SEC);
    }
    saved_.reset();
    if (before_stop_) {
        std::exchange(before_stop_, {})();
    }
}

// One that is being written now is as good as a new one.
void Snapshots::save_before_stop(std::function<void()> done) {
    if (before_stop_) {
        return; // told twice
    }
    if (settings_.file.empty() || load_->is_running()) {
        return done();
    }
    before_stop_ = std::move(done);
    if (!save_->is_running()) {
        save(monotonic_ns());
    }
}

// --- loading ----------------------------------------------------------------------------------------------------------

Result<snapshot::RestoreSettings> Snapshots::restore_settings() const {
    return read_view_names(programs_.map("views")).map([this](std::map<std::string, uint16_t> views) {
        snapshot::RestoreSettings settings = {.policy = settings_.policy,
                                              .stale_max_age = settings_.stale_max_age,
                                              .views = std::move(views),
                                              .hash_key = {}};
        std::copy(std::begin(meta_.hash_key), std::end(meta_.hash_key), settings.hash_key.begin());
        return settings;
    });
}

void Snapshots::start_load(UniqueFd file, const std::string &name, SnapshotLoad::Done done) {
    Result<snapshot::RestoreSettings> settings = restore_settings();
    if (!settings) {
        return done(tl::unexpected(settings.error()));
    }
    load_->start(std::move(file), name, std::move(*settings), std::move(done));
}

void Snapshots::load() {
    const std::string name = settings_.file;
    if (name.empty()) {
        return;
    }
    UniqueFd file(::open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)); // a FIFO must not keep us waiting
    if (!file && errno == ENOENT) {
        spdlog::info("no snapshot {} yet: the cache starts empty", name);
        return;
    }
    const uint64_t began = monotonic_ns();
    const auto done = [this, name, began](const Result<snapshot::LoadReport> &result) {
        take_loaded(name, began, result);
    };
    if (!file) {
        return done(fail_errno("cannot open the snapshot " + name));
    }
    start_load(std::move(file), name, done);
}

// The next one would take its place; whoever wants to look at it, or to load it when the clock is right, still can.
void Snapshots::take_loaded(const std::string &file, uint64_t began_ns, const Result<snapshot::LoadReport> &result) {
    if (result) {
        published_.loaded_answers = result->loaded;
        published_.load_took_ns = monotonic_ns() - began_ns;
        spdlog::info("snapshot: {} of {} answers loaded from {} in {:.1f} s", result->loaded, result->answers, file,
                     seconds(published_.load_took_ns));
        return;
    }
    published_.load_errors++;
    const std::string refused = file + ".refused";
    std::error_code none;
    const bool kept = std::filesystem::is_regular_file(file, none) && ::rename(file.c_str(), refused.c_str()) == 0;
    spdlog::error("{}; the cache fills from the resolvers instead{}", result.error().message,
                  kept ? ", the file is kept as " + refused : "");
}

// --- dns-fastpathctl --------------------------------------------------------------------------------------------------

// A daemon that was killed a moment ago may still have the name: tried again each second.
void Snapshots::listen() {
    Result<snapshot::LoadListener> listener = snapshot::LoadListener::create(pins_);
    if (!listener) {
        spdlog::debug("dns-fastpathctl cache load does not work yet: {}", listener.error().message);
        return;
    }
    if (const Result<> watched = loop_->on_readable(listener->poll_fd(), [this] { serve_request(); }); watched) {
        listener_ = std::move(*listener);
    }
}

void Snapshots::serve_request() {
    std::optional<snapshot::LoadRequest> request = listener_->accept();
    if (!request) {
        return;
    }
    if (load_->is_running()) {
        return request->answer(fail("the daemon is loading a snapshot already; try again when it is done"));
    }
    UniqueFd file = std::move(request->file);
    const auto shared = std::make_shared<snapshot::LoadRequest>(std::move(*request));
    start_load(std::move(file), "that was handed over", [shared](const Result<snapshot::LoadReport> &result) {
        if (result) {
            spdlog::info("snapshot of dns-fastpathctl: {} of {} answers loaded", result->loaded, result->answers);
        } else {
            spdlog::error("snapshot of dns-fastpathctl: {}", result.error().message);
        }
        shared->answer(result);
    });
}

} // namespace fastpath
