// SPDX-License-Identifier: Apache-2.0
// CacheKeeper: the cache and all that writes to it: what was learned, refreshes, the snapshot, the removal of the dead. Only the
// thread of the event loop does.
#pragma once

#include "bpf/answer_maps.h"
#include "bpf/mapped_memory.h"
#include "bpf/programs.h"
#include "bpf/ring_reader.h"
#include "cache/answer_table.h"
#include "config/config.h"
#include "daemon/event_loop.h"
#include "daemon/filler.h"
#include "daemon/refresher.h"
#include "daemon/snapshots.h"
#include "util/result.h"

#include <cstdint>
#include <dns_fastpath/abi.h>
#include <dns_fastpath/counters.h>
#include <filesystem>
#include <memory>

namespace fastpath {

class CacheKeeper {
  public:
    // How refreshes find their way.
    struct Ways {
        Refresher::PoolName pool_name;
        Refresher::Server server;
    };

    // `programs` and `meta` outlive it. What the maps hold is kept.
    static Result<std::unique_ptr<CacheKeeper>> create(const Programs &programs, const std::filesystem::path &pins,
                                                       fp_meta &meta, const Config &config, Ways ways);

    Result<> join(EventLoop &loop);
    void configure(const Config &config);

    // Each second.
    void tick(uint64_t now_ns);

    // In maps, for those who look on.
    void publish();

    [[nodiscard]] uint32_t entries() const { return table_.entries(); }
    AnswerMaps &answers() { return answers_; }
    Refresher &refresher() { return *refresher_; }
    Snapshots &snapshots() { return *snapshots_; }

  private:
    CacheKeeper(AnswerMaps answers, MappedMemory counters, fp_meta &meta, const Config &config);

    Result<> open_rings(const Programs &programs);

    fp_meta &meta_;
    AnswerMaps answers_;
    AnswerTable table_;
    MappedMemory counters_memory_;
    fp_cache_counters &counters_;
    fp_cache_counters counters_before_; // when we began: those of the table count from 0
    Filler filler_;
    std::unique_ptr<RingReader> learned_;
    std::unique_ptr<RingReader> refreshes_;
    std::unique_ptr<Refresher> refresher_;
    std::unique_ptr<Snapshots> snapshots_;
};

} // namespace fastpath
