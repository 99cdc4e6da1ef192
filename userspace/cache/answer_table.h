// SPDX-License-Identifier: Apache-2.0
// AnswerTable: the writer's side of the answer cache (include/dns_fastpath/cache.h): the index. Publishes answers, takes them back,
// grows, and chooses who has to go; their slots are those of AnswerSlots. Knows nothing of maps: the memory comes from an AnswerMemory. Not thread-safe; there is one writer.
#pragma once

#include "cache/answer_memory.h"
#include "cache/answer_slots.h"
#include "cache/entry.h"
#include "cache/eviction.h"
#include "util/result.h"

#include <cstdint>
#include <dns_fastpath/cache.h>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace fastpath {

// When an answer was last given, or learned where it never was; in seconds from any origin.
uint64_t last_used_at(const fp_answer &answer);

// May it be given past its lifetime, once that has ended? Failures never (RFC 8767 5), flushed answers neither.
bool may_be_stale(const fp_answer &answer);

// Is it of no use to anybody at `now` (CLOCK_MONOTONIC ns), not even as a stale answer? Flushed answers are dead at once.
bool is_dead(const fp_answer &answer, uint64_t now_ns, uint32_t stale_max_age);

class AnswerTable {
  public:
    struct Counters {
        uint64_t fills = 0;
        uint64_t evictions = 0; // of answers that were still of use
        uint64_t expirations = 0;
    };

    // Takes over what the index refers to; every other slot is free.
    AnswerTable(AnswerMemory &memory, uint32_t max_entries);

    // Publishes the entry in place of an older one with its key. A full cache makes room by evicting; only a failure to get
    // memory is an error, and then the cache is as it was.
    Result<> insert(const Entry &entry, uint64_t now_ns);

    // The same with an answer that was learned before, by an earlier daemon: it does not count as a fill.
    Result<> restore(const Entry &entry, uint64_t now_ns);

    // The key will be looked for soon: what that touches first comes from memory meanwhile.
    void prefetch(const fp_key &key) const;

    [[nodiscard]] const fp_answer *find(const fp_key &key) const;
    [[nodiscard]] std::optional<StoredAnswer> find_stored(const fp_key &key) const;

    // Seconds that answers are kept past their lifetime; 0 = no stale answers.
    void set_stale_max_age(uint32_t seconds) { stale_max_age_ = seconds; }
    [[nodiscard]] uint32_t stale_max_age() const { return stale_max_age_; }

    void for_each(const std::function<void(const StoredAnswer &)> &visit) const;

    // The answer of this key, if there is one, is not given any more.
    void flush(const fp_key &key);

    // Unpublishes the answers that `condemned` picks; returns how many.
    uint32_t remove_if(const std::function<bool(const StoredAnswer &)> &condemned);

    // Removes the dead of the next `bucket_count` buckets, going round; returns how many. One round has gone by when all
    // buckets were visited.
    uint32_t sweep(uint64_t now_ns, uint32_t bucket_count);

    // Makes unpublished slots usable again; waits for readers if there are any such slots.
    void reclaim() { slots_.reclaim(); }

    [[nodiscard]] uint32_t entries() const { return entries_; }
    [[nodiscard]] uint32_t max_entries() const { return max_entries_; }
    [[nodiscard]] const Counters &counters() const { return counters_; }
    [[nodiscard]] uint64_t memory_bytes() const;

  private:
    [[nodiscard]] fp_bucket &bucket_of(const fp_key &key) const;
    void take_over(Way &way, const fp_bucket &bucket);
    Way &choose_way(fp_bucket &bucket, const fp_key &key, uint64_t now_ns) const;
    Way &coldest_of(fp_bucket &bucket, uint64_t now_ns) const; // of one that is full
    [[nodiscard]] bool displaces(const fp_key &key, Way way, uint64_t now_ns) const;
    Way &make_way(const fp_key &key, uint64_t now_ns);
    void double_buckets();
    void unpublish(Way &way);
    void prefetch(const fp_bucket &bucket) const;
    std::vector<EvictionCandidate> candidates_of_next_part(uint64_t now_ns);
    void evict_coldest(uint64_t now_ns);

    AnswerMemory &memory_;
    AnswerSlots slots_;
    uint32_t max_entries_;
    uint32_t entries_ = 0;
    uint32_t sweep_position_ = 0;
    size_t eviction_position_ = 0;
    uint32_t stale_max_age_ = 0;
    Counters counters_;
};

} // namespace fastpath
