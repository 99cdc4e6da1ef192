// SPDX-License-Identifier: Apache-2.0
#include "cache/answer_slots.h"

#include <algorithm>
#include <cstring>

namespace fastpath {

const std::array<SizeClass, FP_ANSWER_CLASS_COUNT> size_classes = {{
#define FP_X(name, front_size, body_size, slots) {#name, front_size, body_size, sizeof(fp_answer_##name), slots},
    FP_ANSWER_CLASSES(FP_X)
#undef FP_X
}};

namespace {

// Below this many retired slots a new chunk is cheaper than a grace period.
constexpr size_t retired_worth_waiting = 512;

} // namespace

AnswerSlots::AnswerSlots(AnswerMemory &memory) : memory_(memory) {
    for (uint32_t c = 0; c < FP_ANSWER_CLASS_COUNT; c++) {
        pools_[c].claimed.resize(memory_.chunks(static_cast<fp_answer_class>(c)).size() * size_classes[c].chunk_slots);
    }
}

bool AnswerSlots::exists(Way way) const {
    const uint32_t size_class = fp_way_class(way);
    return size_class < FP_ANSWER_CLASS_COUNT && fp_way_slot(way) < pools_[size_class].claimed.size();
}

bool AnswerSlots::claim(Way way) {
    std::vector<bool>::reference claimed = pools_[fp_way_class(way)].claimed[fp_way_slot(way)];
    const bool is_first = !claimed;
    claimed = true;
    return is_first;
}

void AnswerSlots::release_unclaimed() {
    for (Pool &pool : pools_) {
        for (auto slot = static_cast<uint32_t>(pool.claimed.size()); slot-- > 0;) {
            if (!pool.claimed[slot]) {
                pool.free.push_back(slot);
            }
        }
        pool.claimed = {};
    }
}

std::byte *AnswerSlots::memory_of(uint32_t size_class, uint32_t slot) const {
    const SizeClass &shape = size_classes[size_class];
    std::byte *const chunk = memory_.chunks(static_cast<fp_answer_class>(size_class))[slot / shape.chunk_slots];
    return chunk + static_cast<size_t>(slot % shape.chunk_slots) * shape.slot_size;
}

StoredAnswer AnswerSlots::at(Way way) const {
    const uint32_t size_class = fp_way_class(way);
    const SizeClass &shape = size_classes[size_class];
    std::byte *const memory = memory_of(size_class, fp_way_slot(way));
    auto *const head = reinterpret_cast<fp_answer *>(memory);
    const auto *const front = reinterpret_cast<const uint8_t *>(memory + sizeof(fp_answer));
    return {head, {front, shape.front_size}, {front + shape.front_size, shape.body_size}};
}

void AnswerSlots::prefetch(Way way) const {
    __builtin_prefetch(memory_of(fp_way_class(way), fp_way_slot(way)));
}

// Slot 0 of the first chunk is a slot like any other: a way is told from an empty one by its class bits.
void AnswerSlots::add_chunk(uint32_t size_class, uint32_t chunk) {
    const uint32_t chunk_slots = size_classes[size_class].chunk_slots;
    for (uint32_t element = chunk_slots; element-- > 0;) {
        pools_[size_class].free.push_back(chunk * chunk_slots + element);
    }
}

Result<uint32_t> AnswerSlots::take(fp_answer_class size_class) {
    Pool &pool = pools_[size_class];
    if (pool.free.empty() && pool.retired.size() >= retired_worth_waiting) {
        reclaim();
    }
    if (pool.free.empty()) {
        const size_t chunk = memory_.chunks(size_class).size();
        if (Result<> grown = memory_.grow(size_class); grown) {
            add_chunk(size_class, static_cast<uint32_t>(chunk));
        } else {
            reclaim();
            if (pool.free.empty()) {
                return tl::unexpected(grown.error());
            }
        }
    }
    const uint32_t slot = pool.free.back();
    pool.free.pop_back();
    return slot;
}

void AnswerSlots::write(uint32_t slot, const Entry &entry) const {
    const SizeClass &shape = size_classes[entry.size_class];
    std::byte *const memory = memory_of(entry.size_class, slot);
    std::memcpy(memory, &entry.head, sizeof(entry.head));
    std::memcpy(memory + sizeof(entry.head), entry.front.data(), entry.front.size());
    if (!entry.body.empty()) {
        std::memcpy(memory + sizeof(entry.head) + shape.front_size, entry.body.data(), entry.body.size());
    }
}

void AnswerSlots::retire(Way way) {
    pools_[fp_way_class(way)].retired.push_back(fp_way_slot(way));
}

void AnswerSlots::reclaim() {
    if (std::all_of(pools_.begin(), pools_.end(), [](const Pool &p) { return p.retired.empty(); })) {
        return;
    }
    if (!memory_.wait_for_readers()) {
        return; // they stay retired until it succeeds
    }
    for (Pool &pool : pools_) {
        pool.free.insert(pool.free.end(), pool.retired.begin(), pool.retired.end());
        pool.retired.clear();
    }
}

uint64_t AnswerSlots::memory_bytes() const {
    uint64_t bytes = 0;
    for (uint32_t c = 0; c < FP_ANSWER_CLASS_COUNT; c++) {
        const size_t chunks = memory_.chunks(static_cast<fp_answer_class>(c)).size();
        bytes += chunks * size_classes[c].chunk_slots * size_classes[c].slot_size;
    }
    return bytes;
}

} // namespace fastpath
