// SPDX-License-Identifier: Apache-2.0
#include "daemon/cache_keeper.h"

#include "daemon/settings.h"

namespace fastpath {

namespace {

// The dead are found within this many ticks; each tick looks at one share of the index.
constexpr uint32_t ticks_per_sweep = 16;

// What was learned is looked at this often at most: under load to be woken for each answer costs more than to judge it.
constexpr std::chrono::microseconds learned_pause{1000};

} // namespace

CacheKeeper::CacheKeeper(AnswerMaps answers, MappedMemory counters, fp_meta &meta, const Config &config)
    : meta_(meta), answers_(std::move(answers)), table_(answers_, config.cache.max_entries),
      counters_memory_(std::move(counters)), counters_(*reinterpret_cast<fp_cache_counters *>(counters_memory_.data())),
      counters_before_(counters_), filler_(table_, cache_policy(config), counters_, meta) {}

Result<std::unique_ptr<CacheKeeper>> CacheKeeper::create(const Programs &programs, const std::filesystem::path &pins,
                                                         fp_meta &meta, const Config &config, Ways ways) {
    Result<AnswerMaps> answers = AnswerMaps::open(programs.answer_maps());
    if (!answers) {
        return tl::unexpected(answers.error());
    }
    Result<MappedMemory> counters =
        MappedMemory::of_map(programs.map("cache_counters"), sizeof(fp_cache_counters), "cache_counters");
    if (!counters) {
        return tl::unexpected(counters.error());
    }
    std::unique_ptr<CacheKeeper> keeper(new CacheKeeper(std::move(*answers), std::move(*counters), meta, config));
    Result<std::unique_ptr<Snapshots>> snapshots = Snapshots::create(programs, keeper->table_, meta, pins);
    if (!snapshots) {
        return tl::unexpected(snapshots.error());
    }
    keeper->snapshots_ = std::move(*snapshots);
    Result<std::unique_ptr<Refresher>> refresher = Refresher::create(keeper->table_, keeper->filler_, keeper->counters_,
                                                                     std::move(ways.pool_name), std::move(ways.server));
    if (!refresher) {
        return tl::unexpected(refresher.error());
    }
    keeper->refresher_ = std::move(*refresher);
    if (const Result<> opened = keeper->open_rings(programs); !opened) {
        return tl::unexpected(opened.error());
    }
    keeper->configure(config);
    return keeper;
}

Result<> CacheKeeper::open_rings(const Programs &programs) {
    Result<std::unique_ptr<RingReader>> learned = RingReader::open(
        programs.map("learned"), "learned", [this](std::span<const std::byte> record) { filler_.fill(record); });
    if (!learned) {
        return tl::unexpected(learned.error());
    }
    Result<std::unique_ptr<RingReader>> refreshes =
        RingReader::open(programs.map("refreshes"), "refreshes",
                         [this](std::span<const std::byte> record) { refresher_->want(record); });
    if (!refreshes) {
        return tl::unexpected(refreshes.error());
    }
    learned_ = std::move(*learned);
    refreshes_ = std::move(*refreshes);
    return {};
}

Result<> CacheKeeper::join(EventLoop &loop) {
    Result<> joined = loop.on_readable(learned_->poll_fd(), learned_pause, [this] {
        learned_->consume();
        publish();
    });
    const auto refresh = [this] {
        refreshes_->consume();
        refresher_->run();
    };
    joined = joined ? loop.on_readable(refreshes_->poll_fd(), refresh) : joined;
    joined = joined ? refresher_->join(loop) : joined;
    return joined ? snapshots_->join(loop) : joined;
}

void CacheKeeper::configure(const Config &config) {
    table_.set_stale_max_age(stale_max_age(config));
    filler_.set_policy(cache_policy(config));
    filler_.expect_no_cookies(config.edns.cookies == CookiePolicy::ignore);
    snapshots_->configure(
        {.file = config.state.snapshot, .policy = cache_policy(config), .stale_max_age = stale_max_age(config)});
}

void CacheKeeper::tick(uint64_t now_ns) {
    table_.sweep(now_ns, 1 + static_cast<uint32_t>(answers_.buckets().size()) / ticks_per_sweep);
    table_.reclaim();
    publish();
    snapshots_->tick(now_ns);
}

void CacheKeeper::publish() {
    const AnswerTable::Counters &now = table_.counters();
    counters_.fills = counters_before_.fills + now.fills;
    counters_.evictions = counters_before_.evictions + now.evictions;
    counters_.expirations = counters_before_.expirations + now.expirations;
    meta_.entries = table_.entries();
    meta_.memory_bytes = table_.memory_bytes();
}

} // namespace fastpath
