// SPDX-License-Identifier: Apache-2.0
// AnswerTable in plain memory: what is published, replaced, evicted, swept, and when a slot may be used again.
#include "cache/answer_table.h"
#include "cache/born.h"
#include "cache/eviction.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <map>
#include <memory>
#include <set>

namespace fastpath {
namespace {

constexpr uint64_t second = FP_NSEC_PER_SEC;
constexpr uint64_t now = 1'000'000 * second;

// Counts grace periods and, if told so, has no memory for more chunks.
class PlainMemory final : public AnswerMemory {
  public:
    explicit PlainMemory(size_t bucket_count) : buckets_(bucket_count) {
        for (uint32_t c = 0; c < FP_ANSWER_CLASS_COUNT; c++) {
            EXPECT_TRUE(grow(static_cast<fp_answer_class>(c)));
        }
    }
    std::span<fp_bucket> buckets() override { return std::span(buckets_).first(in_use_); }
    std::span<fp_bucket> bucket_room() override { return buckets_; }
    void use_buckets(size_t count) override { in_use_ = count; }
    std::span<std::byte *const> chunks(fp_answer_class size_class) override { return pointers_[size_class]; }
    Result<> grow(fp_answer_class size_class) override {
        if (exhausted) {
            return fail("no memory");
        }
        const SizeClass &shape = size_classes[size_class];
        owned_.push_back(std::make_unique<std::byte[]>(size_t{shape.chunk_slots} * shape.slot_size));
        pointers_[size_class].push_back(owned_.back().get());
        return {};
    }
    bool wait_for_readers() override {
        grace_periods += readers_leave ? 1 : 0;
        return readers_leave;
    }

    bool exhausted = false;
    bool readers_leave = true;
    int grace_periods = 0;

  private:
    std::vector<fp_bucket> buckets_;
    size_t in_use_ = 1;
    std::vector<std::unique_ptr<std::byte[]>> owned_;
    std::array<std::vector<std::byte *>, FP_ANSWER_CLASS_COUNT> pointers_;
};

Entry entry(uint64_t id, uint8_t body_octet = 0, fp_answer_class size_class = FP_ANSWER_small) {
    Entry made;
    made.head.key = {{id * 0x9e3779b97f4a7c15ULL, id * 0xc2b2ae3d27d4eb4fULL}};
    made.head.born = now;
    made.head.lifetime = 300;
    made.head.body_len = 1;
    made.size_class = size_class;
    made.front = {0};
    made.body = {body_octet};
    return made;
}

fp_key key(uint64_t id) {
    return entry(id).head.key;
}

uint8_t body_of(const AnswerTable &table, uint64_t id) {
    uint8_t octet = 0;
    table.for_each([&](const StoredAnswer &answer) {
        if (answer.head->key.hash[0] == key(id).hash[0]) {
            octet = answer.body[0];
        }
    });
    return octet;
}

TEST(AnswerTable, FindsWhatWasInsertedInEachClass) {
    PlainMemory memory(64);
    AnswerTable table(memory, 100);
    for (uint32_t c = 0; c < FP_ANSWER_CLASS_COUNT; c++) {
        ASSERT_TRUE(table.insert(entry(c + 1, static_cast<uint8_t>(c), static_cast<fp_answer_class>(c)), now));
    }
    EXPECT_EQ(table.entries(), 3U);
    EXPECT_NE(table.find(key(1)), nullptr);
    EXPECT_EQ(body_of(table, 3), 2);
    EXPECT_EQ(table.find(key(4)), nullptr);
}

TEST(AnswerTable, ReplacesAnAnswerInOneStoreAndKeepsItsOldSlotFromReuse) {
    PlainMemory memory(64);
    AnswerTable table(memory, 100);
    ASSERT_TRUE(table.insert(entry(1, 1), now));
    const fp_answer *const old = table.find(key(1));
    ASSERT_TRUE(table.insert(entry(1, 2), now));
    EXPECT_EQ(table.entries(), 1U);
    EXPECT_EQ(body_of(table, 1), 2);
    EXPECT_NE(table.find(key(1)), old);
    for (uint64_t id = 2; id < 50; id++) {
        ASSERT_TRUE(table.insert(entry(id), now));
        EXPECT_NE(table.find(key(id)), old) << "a reader may still be in the slot";
    }
    EXPECT_EQ(memory.grace_periods, 0);
    memory.readers_leave = false;
    table.reclaim();
    ASSERT_TRUE(table.insert(entry(60), now));
    EXPECT_NE(table.find(key(60)), old) << "without a grace period it stays retired";
    memory.readers_leave = true;
    table.reclaim();
    EXPECT_EQ(memory.grace_periods, 1);
    ASSERT_TRUE(table.insert(entry(50), now));
    EXPECT_EQ(table.find(key(50)), old) << "after the grace period it is free";
}

TEST(AnswerTable, NeverHoldsMoreThanItsMaximumAndNeverFails) {
    PlainMemory memory(64);
    AnswerTable table(memory, 100);
    for (uint64_t id = 1; id <= 5'000; id++) {
        ASSERT_TRUE(table.insert(entry(id), now));
        ASSERT_NE(table.find(key(id)), nullptr) << "what was just learned is there";
        ASSERT_LE(table.entries(), 100U);
    }
    EXPECT_EQ(table.counters().fills, 5'000U);
    EXPECT_EQ(table.counters().evictions, 5'000U - table.entries());
}

TEST(AnswerTable, EvictsTheColdestAndFirstTheDead) {
    PlainMemory memory(64);
    AnswerTable table(memory, 64);
    for (uint64_t id = 1; id <= 64; id++) {
        Entry made = entry(id);
        made.head.last_used = static_cast<uint32_t>(id); // 1 is the coldest
        made.head.lifetime = id == 40 ? 0 : 300;
        ASSERT_TRUE(table.insert(made, now));
    }
    ASSERT_EQ(table.entries(), 64U);
    ASSERT_TRUE(table.insert(entry(65), now));
    EXPECT_EQ(table.find(key(40)), nullptr);
    EXPECT_EQ(table.find(key(1)), nullptr);
    EXPECT_NE(table.find(key(64)), nullptr);
    EXPECT_EQ(table.counters().expirations, 1U);
}

TEST(AnswerTable, AFullBucketGivesUpItsColdest) {
    PlainMemory memory(1);
    AnswerTable table(memory, 1'000);
    for (uint64_t id = 1; id <= FP_BUCKET_WAYS; id++) {
        Entry made = entry(id);
        made.head.last_used = id == 3 ? 0 : 10;
        ASSERT_TRUE(table.insert(made, now));
    }
    ASSERT_TRUE(table.insert(entry(100), now));
    EXPECT_EQ(table.find(key(3)), nullptr);
    EXPECT_NE(table.find(key(100)), nullptr);
    EXPECT_EQ(table.entries(), FP_BUCKET_WAYS);
}

TEST(AnswerTable, KeepsTagsUniqueWithinABucket) {
    PlainMemory memory(1);
    AnswerTable table(memory, 100);
    Entry first = entry(1);
    Entry second_entry = entry(2);
    second_entry.head.key.hash[1] = (first.head.key.hash[1] & 0xffffffff) | 1ULL << 63;
    ASSERT_TRUE(table.insert(first, now));
    ASSERT_TRUE(table.insert(second_entry, now));
    EXPECT_EQ(table.find(first.head.key), nullptr);
    EXPECT_NE(table.find(second_entry.head.key), nullptr);
    EXPECT_EQ(table.entries(), 1U);
}

TEST(AnswerTable, SweepsWhatIsExpiredToTheSecondAndWhatWasFlushed) {
    PlainMemory memory(64);
    AnswerTable table(memory, 100);
    Entry flushed = entry(2);
    flushed.head.lifetime = 0;
    ASSERT_TRUE(table.insert(entry(1), now));
    ASSERT_TRUE(table.insert(flushed, now));
    EXPECT_EQ(table.sweep(now, 64), 1U);
    EXPECT_EQ(table.sweep(now + 300 * second - 1, 64), 0U);
    EXPECT_EQ(table.sweep(now + 300 * second, 64), 1U);
    EXPECT_EQ(table.entries(), 0U);
}

TEST(AnswerTable, AFlushedAnswerIsDeadAtOnce) {
    PlainMemory memory(64);
    AnswerTable table(memory, 100);
    ASSERT_TRUE(table.insert(entry(1), now));
    ASSERT_TRUE(table.insert(entry(2), now));
    table.flush(key(1));
    table.flush(key(3)); // not there
    EXPECT_TRUE(is_dead(*table.find(key(1)), now, 0));
    EXPECT_FALSE(is_dead(*table.find(key(2)), now, 0));
}

// RFC 8767 5: kept for the time in which it may be given stale, but for failures and what was flushed.
TEST(AnswerTable, KeepsWhatMayBeStale) {
    PlainMemory memory(64);
    AnswerTable table(memory, 100);
    table.set_stale_max_age(1000);
    Entry failure = entry(2);
    failure.head.flags |= FP_RCODE_SERVFAIL;
    ASSERT_TRUE(table.insert(entry(1), now));
    ASSERT_TRUE(table.insert(failure, now));
    ASSERT_TRUE(table.insert(entry(3), now));
    table.flush(key(3));
    EXPECT_EQ(table.sweep(now + 300 * second, 64), 2U);
    EXPECT_NE(table.find(key(1)), nullptr);
    EXPECT_EQ(table.sweep(now + 1300 * second - 1, 64), 0U);
    EXPECT_EQ(table.sweep(now + 1300 * second, 64), 1U);
}

TEST(AnswerTable, OneRoundOfSharesVisitsEveryBucket) {
    PlainMemory memory(64);
    AnswerTable table(memory, 200);
    for (uint64_t id = 1; id <= 200; id++) {
        ASSERT_TRUE(table.insert(entry(id), now));
    }
    const uint32_t entries = table.entries();
    uint32_t removed = 0;
    for (int share = 0; share < 16; share++) {
        removed += table.sweep(now + 1'000 * second, 4);
    }
    EXPECT_EQ(removed, entries);
}

TEST(AnswerTable, TheIndexGrowsWithTheAnswersAndLosesNone) {
    PlainMemory memory(1024);
    AnswerTable table(memory, 2'000);
    EXPECT_EQ(memory.buckets().size(), 1U);
    for (uint64_t id = 1; id <= 1'000; id++) {
        ASSERT_TRUE(table.insert(entry(id), now));
        ASSERT_LE(table.entries(), 2 * memory.buckets().size());
        for (uint64_t earlier = 1; earlier <= id; earlier++) {
            ASSERT_NE(table.find(key(earlier)), nullptr) << earlier << " of " << id;
        }
    }
    EXPECT_EQ(memory.buckets().size(), 512U);
    EXPECT_EQ(table.entries(), 1'000U);
    EXPECT_EQ(table.counters().evictions, 0U);
    size_t ways = 0;
    table.for_each([&ways](const StoredAnswer &) { ways++; });
    EXPECT_EQ(ways, 1'000U) << "each in one place";
    for (uint64_t id = 1'001; id <= 2'000; id++) {
        ASSERT_TRUE(table.insert(entry(id), now));
    }
    EXPECT_EQ(memory.buckets().size(), memory.bucket_room().size()) << "and no further";
}

TEST(AnswerTable, NothingGoesFromAFullBucketWhileTheIndexCanGrow) {
    PlainMemory memory(1024);
    AnswerTable table(memory, 1'000);
    constexpr uint64_t count = 3 * FP_BUCKET_WAYS;
    const auto alike = [](uint64_t id) {
        Entry made = entry(id);
        made.head.key.hash[0] = id << 6; // one bucket of up to 64
        return made;
    };
    for (uint64_t id = 1; id <= count; id++) {
        ASSERT_TRUE(table.insert(alike(id), now));
    }
    EXPECT_EQ(table.counters().evictions, 0U);
    EXPECT_EQ(table.entries(), count);
    for (uint64_t id = 1; id <= count; id++) {
        EXPECT_NE(table.find(alike(id).head.key), nullptr) << id;
    }
}

// Of thousands, so many that a quarter of the buckets is searched at a time.
TEST(AnswerTable, WhatIsAskedOftenOutlivesManyEvictions) {
    constexpr uint64_t most = 8'192;
    constexpr uint64_t warm = most / 2;
    PlainMemory memory(most / 2);
    AnswerTable table(memory, most);
    for (uint64_t id = 1; id <= 4 * most; id++) {
        Entry made = entry(id);
        made.head.last_used = id <= warm ? 100 : 0;
        ASSERT_TRUE(table.insert(made, now));
        ASSERT_LE(table.entries(), most);
    }
    uint64_t left = 0;
    for (uint64_t id = 1; id <= warm; id++) {
        left += table.find(key(id)) != nullptr ? 1U : 0U;
    }
    EXPECT_EQ(left, warm);
}

// cache.max_entries is smaller than it was.
TEST(AnswerTable, ASurplusGoesInTheCourseOfSomeInserts) {
    PlainMemory memory(4'096);
    {
        AnswerTable earlier(memory, 8'000);
        for (uint64_t id = 1; id <= 8'000; id++) {
            ASSERT_TRUE(earlier.insert(entry(id), now));
        }
    }
    AnswerTable table(memory, 800);
    for (uint64_t id = 10'001; id <= 10'050; id++) {
        ASSERT_TRUE(table.insert(entry(id), now));
        ASSERT_NE(table.find(key(id)), nullptr);
    }
    EXPECT_LE(table.entries(), 800U);
    EXPECT_GT(table.entries(), 700U);
}

// Doubling had put these answers into the upper half and said so, and had not taken them out of the lower one.
TEST(AnswerTable, TakesOverAnIndexThatWasHalfDoubled) {
    PlainMemory memory(64);
    {
        AnswerTable earlier(memory, 100);
        for (uint64_t id = 1; id <= 50; id++) {
            ASSERT_TRUE(earlier.insert(entry(id), now));
        }
    }
    const size_t half = memory.buckets().size() / 2;
    std::copy_n(memory.buckets()[half].way, FP_BUCKET_WAYS / 2, memory.buckets()[0].way + FP_BUCKET_WAYS / 2);
    AnswerTable table(memory, 100);
    EXPECT_EQ(table.entries(), 50U);
    for (uint64_t id = 1; id <= 50; id++) {
        EXPECT_NE(table.find(key(id)), nullptr) << id;
    }
}

TEST(AnswerTable, TakesOverWhatTheIndexHolds) {
    PlainMemory memory(64);
    {
        AnswerTable earlier(memory, 100);
        for (uint64_t id = 1; id <= 50; id++) {
            ASSERT_TRUE(earlier.insert(entry(id), now));
        }
    }
    memory.buckets()[0].way[7] = fp_way_make(1, FP_ANSWER_small, 0x3ffffff); // points nowhere
    AnswerTable table(memory, 100);
    EXPECT_EQ(memory.buckets()[0].way[7], 0U);
    EXPECT_EQ(table.entries(), 50U);
    std::set<const fp_answer *> slots;
    for (uint64_t id = 1; id <= 50; id++) {
        slots.insert(table.find(key(id)));
    }
    ASSERT_TRUE(table.insert(entry(51), now));
    EXPECT_FALSE(slots.contains(table.find(key(51)))) << "a slot in use was given out";
}

TEST(AnswerTable, GrowsByChunksAndWithoutMemoryUsesRetiredSlots) {
    PlainMemory memory(4'096);
    AnswerTable table(memory, 20'000);
    const uint32_t chunk = size_classes[FP_ANSWER_large].chunk_slots;
    for (uint64_t id = 1; id <= chunk + 1; id++) {
        ASSERT_TRUE(table.insert(entry(id, 0, FP_ANSWER_large), now));
    }
    EXPECT_EQ(memory.chunks(FP_ANSWER_large).size(), 2U);

    memory.exhausted = true;
    for (uint64_t id = chunk + 2; id <= 2 * chunk; id++) {
        ASSERT_TRUE(table.insert(entry(id, 0, FP_ANSWER_large), now));
    }
    EXPECT_FALSE(table.insert(entry(90'000, 0, FP_ANSWER_large), now)) << "no slot is left";
    EXPECT_EQ(table.remove_if([](const StoredAnswer &a) { return a.head->key.hash[0] == key(5).hash[0]; }), 1U);
    EXPECT_TRUE(table.insert(entry(90'000, 0, FP_ANSWER_large), now));
    EXPECT_EQ(memory.grace_periods, 1);
}

TEST(Eviction, TakesAllTheDeadAndThenTheColdest) {
    const std::vector<EvictionCandidate> candidates = {{1, 50, false}, {2, 10, false}, {3, 99, true}, {4, 30, false}};
    std::vector<uint64_t> victims = choose_victims(candidates, 2);
    std::sort(victims.begin(), victims.end());
    EXPECT_EQ(victims, (std::vector<uint64_t>{2, 3}));
    EXPECT_EQ(choose_victims(candidates, 0), (std::vector<uint64_t>{3}));
    EXPECT_EQ(choose_victims(candidates, 10).size(), 4U);
    EXPECT_TRUE(choose_victims({}, 3).empty());
}

// The wall clock is 250 ms into a second more than the monotonic one.
TEST(Born, CountsFromTheWallClockSecondOfTheAnswer) {
    constexpr uint64_t offset = 250'000'000;
    const auto wall_second = [&](uint64_t t) { return (t + offset) / second; };
    for (uint64_t seen = 5 * second; seen < 7 * second; seen += 7'654'321) {
        const uint64_t born = born_ns(seen, offset);
        ASSERT_LE(born, seen);
        // Whenever it is read, at least as many seconds have gone by as the resolver has counted.
        for (uint64_t later = seen; later < seen + 3 * second; later += 12'345'678) {
            const uint64_t coarse = later - tick_slack_ns;
            const uint64_t ours = coarse > born ? (coarse - born) / second : 0;
            ASSERT_GE(ours, wall_second(later) - wall_second(seen)) << seen << ' ' << later;
            ASSERT_LE(ours, wall_second(later) - wall_second(seen) + 1);
        }
    }
    EXPECT_EQ(born_ns(0, offset), 0U);
}

} // namespace
} // namespace fastpath
