// SPDX-License-Identifier: Apache-2.0
#include "cache/answer_table.h"

#include "cache/age.h"

#include <algorithm>
#include <atomic>
#include <iterator>

namespace fastpath {

namespace {

// A full cache gives up one in 64 at a time, so that the search for the coldest is shared by many inserts. They are the coldest of a
// quarter of the buckets, by turns: keys are spread over buckets at random, so they are among the coldest of all, too.
constexpr uint32_t eviction_share = 64;
constexpr size_t eviction_parts = 4;
constexpr size_t buckets_worth_parting = 1024; // below, chance would be too large a part in it

// Buckets whose answers are fetched ahead of the one that is looked at: each is a cache miss.
constexpr size_t buckets_ahead = 8;

// Beyond this the index grows, while it has room. On average, so that hardly any bucket is full.
constexpr size_t answers_per_bucket = 2;

Way load(const Way &way) {
    return std::atomic_ref<Way>(const_cast<Way &>(way)).load(std::memory_order_acquire);
}

void store(Way &way, uint64_t value) {
    std::atomic_ref<Way>(way).store(value, std::memory_order_release);
}

bool same_key(const fp_key &a, const fp_key &b) {
    return a.hash[0] == b.hash[0] && a.hash[1] == b.hash[1];
}

} // namespace

uint64_t last_used_at(const fp_answer &answer) {
    constexpr uint64_t before_any_boot = uint64_t{1} << 63; // so that a `born` below 0 counts as earlier
    return (answer.born + before_any_boot) / FP_NSEC_PER_SEC + answer.last_used;
}

bool may_be_stale(const fp_answer &answer) {
    return answer.lifetime != 0 && (answer.flags & FP_DNS_RCODE) != FP_RCODE_SERVFAIL;
}

bool is_dead(const fp_answer &answer, uint64_t now_ns, uint32_t stale_max_age) {
    return age_of(answer, now_ns) >= uint64_t{answer.lifetime} + (may_be_stale(answer) ? stale_max_age : 0);
}

AnswerTable::AnswerTable(AnswerMemory &memory, uint32_t max_entries)
    : memory_(memory), slots_(memory), max_entries_(max_entries) {
    for (fp_bucket &bucket : memory_.buckets()) {
        for (Way &way : bucket.way) {
            take_over(way, bucket);
        }
    }
    slots_.release_unclaimed();
}

// What points nowhere, or where another points already, was never written by us. What leads to an answer of another bucket was
// left by a daemon that died in double_buckets().
void AnswerTable::take_over(Way &way, const fp_bucket &bucket) {
    if (way == 0) {
        return;
    }
    if (slots_.exists(way) && &bucket_of(slots_.at(way).head->key) == &bucket && slots_.claim(way)) {
        entries_++;
    } else {
        store(way, 0);
    }
}

fp_bucket &AnswerTable::bucket_of(const fp_key &key) const {
    const std::span<fp_bucket> buckets = memory_.buckets();
    return buckets[key.hash[0] & (buckets.size() - 1)];
}

// Its own way, else an empty one, else that of the answer which can best be spared.
Way &AnswerTable::choose_way(fp_bucket &bucket, const fp_key &key, uint64_t now_ns) const {
    Way *empty = nullptr;
    for (Way &way : bucket.way) {
        if (way == 0) {
            empty = empty != nullptr ? empty : &way;
        } else if (static_cast<uint32_t>(way) == fp_way_tag(&key)) {
            return way;
        }
    }
    return empty != nullptr ? *empty : coldest_of(bucket, now_ns);
}

Way &AnswerTable::coldest_of(fp_bucket &bucket, uint64_t now_ns) const {
    const auto warmth = [&](Way way) {
        const fp_answer &answer = *slots_.at(way).head;
        return is_dead(answer, now_ns, stale_max_age_) ? 0 : last_used_at(answer);
    };
    return *std::min_element(std::begin(bucket.way), std::end(bucket.way),
                             [&](Way a, Way b) { return warmth(a) < warmth(b); });
}

// Another answer that is still of use would go.
bool AnswerTable::displaces(const fp_key &key, Way way, uint64_t now_ns) const {
    if (way == 0) {
        return false;
    }
    const fp_answer &victim = *slots_.at(way).head;
    return !same_key(victim.key, key) && !is_dead(victim, now_ns, stale_max_age_);
}

// While the index has room to grow, nothing goes because a bucket is full.
Way &AnswerTable::make_way(const fp_key &key, uint64_t now_ns) {
    Way *way = &choose_way(bucket_of(key), key, now_ns);
    while (memory_.buckets().size() < memory_.bucket_room().size() &&
           (entries_ >= memory_.buckets().size() * answers_per_bucket || displaces(key, *way, now_ns))) {
        double_buckets();
        way = &choose_way(bucket_of(key), key, now_ns);
    }
    return *way;
}

// In place: one more bit of the hash decides. Answers whose bit is set are in both halves for a moment, so that a program finds them
// whichever number of buckets it has read; one that read the old number and comes after that moment misses, and asks the resolver.
void AnswerTable::double_buckets() {
    const std::span<fp_bucket> lower = memory_.buckets();
    const std::span<fp_bucket> upper = memory_.bucket_room().subspan(lower.size(), lower.size());
    const auto moves = [&](Way way) { return way != 0 && (slots_.at(way).head->key.hash[0] & lower.size()) != 0; };
    for (size_t b = 0; b < lower.size(); b++) {
        prefetch(lower[(b + buckets_ahead) & (lower.size() - 1)]);
        std::transform(std::begin(lower[b].way), std::end(lower[b].way), std::begin(upper[b].way),
                       [&](Way way) { return moves(way) ? way : 0; });
    }
    memory_.use_buckets(2 * lower.size());
    for (size_t b = 0; b < lower.size(); b++) {
        for (size_t w = 0; w < FP_BUCKET_WAYS; w++) {
            if (upper[b].way[w] != 0) {
                store(lower[b].way[w], 0);
            }
        }
    }
}

void AnswerTable::unpublish(Way &way) {
    const Way old = way;
    store(way, 0);
    slots_.retire(old);
    entries_--;
}

Result<> AnswerTable::insert(const Entry &entry, uint64_t now_ns) {
    Result<> restored = restore(entry, now_ns);
    counters_.fills += restored ? 1U : 0U;
    return restored;
}

Result<> AnswerTable::restore(const Entry &entry, uint64_t now_ns) {
    const fp_key &key = entry.head.key;
    if (entries_ >= max_entries_ && find(key) == nullptr) {
        evict_coldest(now_ns);
    }
    const Result<uint32_t> slot = slots_.take(entry.size_class);
    if (!slot) {
        return tl::unexpected(slot.error());
    }
    slots_.write(*slot, entry);

    Way &way = make_way(key, now_ns);
    const Way old = way;
    counters_.evictions += displaces(key, old, now_ns) ? 1U : 0U;
    store(way, fp_way_make(fp_way_tag(&key), entry.size_class, *slot)); // replaces whole: no moment without an answer
    if (old == 0) {
        entries_++;
    } else {
        slots_.retire(old);
    }
    return {};
}

std::optional<StoredAnswer> AnswerTable::find_stored(const fp_key &key) const {
    for (const Way &word : bucket_of(key).way) {
        const Way way = load(word);
        if (way != 0 && static_cast<uint32_t>(way) == fp_way_tag(&key)) {
            const StoredAnswer answer = slots_.at(way);
            return same_key(answer.head->key, key) ? std::optional(answer) : std::nullopt;
        }
    }
    return std::nullopt;
}

void AnswerTable::prefetch(const fp_key &key) const {
    __builtin_prefetch(&bucket_of(key));
}

const fp_answer *AnswerTable::find(const fp_key &key) const {
    const std::optional<StoredAnswer> answer = find_stored(key);
    return answer ? answer->head : nullptr;
}

// NOLINTNEXTLINE(readability-make-member-function-const): it changes the cache, though no member
void AnswerTable::flush(const fp_key &key) {
    if (const std::optional<StoredAnswer> answer = find_stored(key)) {
        std::atomic_ref<__u32>(answer->head->lifetime).store(0, std::memory_order_seq_cst);
    }
}

void AnswerTable::for_each(const std::function<void(const StoredAnswer &)> &visit) const {
    for (const fp_bucket &bucket : memory_.buckets()) {
        for (const Way &way : bucket.way) {
            if (way != 0) {
                visit(slots_.at(way));
            }
        }
    }
}

uint32_t AnswerTable::remove_if(const std::function<bool(const StoredAnswer &)> &condemned) {
    uint32_t removed = 0;
    for (fp_bucket &bucket : memory_.buckets()) {
        for (Way &way : bucket.way) {
            if (way != 0 && condemned(slots_.at(way))) {
                unpublish(way);
                removed++;
            }
        }
    }
    return removed;
}

uint32_t AnswerTable::sweep(uint64_t now_ns, uint32_t bucket_count) {
    const std::span<fp_bucket> buckets = memory_.buckets();
    uint32_t removed = 0;
    for (uint32_t i = 0; i < std::min<size_t>(bucket_count, buckets.size()); i++) {
        for (Way &way : buckets[sweep_position_].way) {
            if (way != 0 && is_dead(*slots_.at(way).head, now_ns, stale_max_age_)) {
                unpublish(way);
                removed++;
            }
        }
        sweep_position_ = (sweep_position_ + 1) & static_cast<uint32_t>(buckets.size() - 1);
    }
    counters_.expirations += removed;
    return removed;
}

void AnswerTable::prefetch(const fp_bucket &bucket) const {
    for (const Way way : bucket.way) {
        if (way != 0) {
            slots_.prefetch(way);
        }
    }
}

std::vector<EvictionCandidate> AnswerTable::candidates_of_next_part(uint64_t now_ns) {
    const std::span<fp_bucket> buckets = memory_.buckets();
    const size_t count = buckets.size() < buckets_worth_parting ? buckets.size() : buckets.size() / eviction_parts;
    std::vector<EvictionCandidate> candidates;
    candidates.reserve(count * FP_BUCKET_WAYS);
    for (size_t i = 0; i < count; i++) {
        const size_t b = (eviction_position_ + i) & (buckets.size() - 1);
        prefetch(buckets[(b + buckets_ahead) & (buckets.size() - 1)]);
        for (size_t w = 0; w < FP_BUCKET_WAYS; w++) {
            if (buckets[b].way[w] != 0) {
                const fp_answer &answer = *slots_.at(buckets[b].way[w]).head;
                candidates.push_back(
                    {b * FP_BUCKET_WAYS + w, last_used_at(answer), is_dead(answer, now_ns, stale_max_age_)});
            }
        }
    }
    eviction_position_ += count;
    return candidates;
}

// More than that where an earlier daemon was allowed more answers: its surplus goes in the course of some inserts.
void AnswerTable::evict_coldest(uint64_t now_ns) {
    const size_t surplus = entries_ - max_entries_;
    const size_t wanted = 1 + max_entries_ / eviction_share + surplus / eviction_parts;
    for (const uint64_t victim : choose_victims(candidates_of_next_part(now_ns), wanted)) {
        Way &way = memory_.buckets()[victim / FP_BUCKET_WAYS].way[victim % FP_BUCKET_WAYS];
        (is_dead(*slots_.at(way).head, now_ns, stale_max_age_) ? counters_.expirations : counters_.evictions)++;
        unpublish(way);
    }
}

uint64_t AnswerTable::memory_bytes() const {
    return memory_.bucket_room().size_bytes() + slots_.memory_bytes();
}

} // namespace fastpath
