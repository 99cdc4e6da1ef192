// SPDX-License-Identifier: Apache-2.0
#include "cache/answer_reader.h"

#include "cache/front.h"
#include "dns/byte_order.h"

#include <algorithm>
#include <atomic>
#include <cstring>

namespace fastpath {

namespace {

Way load(const Way &way) {
    return std::atomic_ref<Way>(const_cast<Way &>(way)).load(std::memory_order_acquire);
}

// nullptr where the way points at no slot that is mapped here: it is empty, or its chunk came after we began.
std::byte *slot_of(AnswerMemory &memory, Way way) {
    if (way == 0 || fp_way_class(way) >= FP_ANSWER_CLASS_COUNT) {
        return nullptr;
    }
    const auto size_class = static_cast<fp_answer_class>(fp_way_class(way));
    const SizeClass &shape = size_classes[size_class];
    const std::span<std::byte *const> chunks = memory.chunks(size_class);
    const uint32_t chunk = fp_way_slot(way) / shape.chunk_slots;
    const uint32_t element = fp_way_slot(way) % shape.chunk_slots;
    return chunk < chunks.size() ? chunks[chunk] + size_t{element} * shape.slot_size : nullptr;
}

bool is_wire_name(std::span<const uint8_t> name) {
    size_t at = 0;
    while (at < name.size() && name[at] != 0) {
        if (name[at] > FP_DNS_LABEL_MAX) {
            return false;
        }
        at += 1U + name[at];
    }
    return at + 1 == name.size();
}

} // namespace

bool AnswerCopy::read(AnswerMemory &memory, uint32_t bucket, const Way &published_way) {
    memory_ = &memory;
    published_way_ = &published_way;
    way_ = load(published_way);
    const std::byte *const slot = slot_of(memory, way_);
    if (slot == nullptr) {
        return false;
    }
    std::memcpy(&head_, slot, sizeof(head_));
    std::memcpy(octets_.data(), slot + sizeof(head_), size_class().slot_size - sizeof(head_));

    // We are no RCU reader, so the slot may have been written while we copied it. It was not if the index still points at
    // it: a slot that is published is never written, and one that was taken back does not soon get the same tag again.
    std::atomic_thread_fence(std::memory_order_acquire);
    const uint64_t bucket_mask = memory.buckets().size() - 1;
    return load(published_way) == way_ && fp_way_tag(&head_.key) == static_cast<uint32_t>(way_) &&
           (head_.key.hash[0] & bucket_mask) == bucket && is_well_formed();
}

// All that the accessors rely on, so that no content of the maps makes us read beyond the copy.
bool AnswerCopy::is_well_formed() const {
    const SizeClass &shape = size_class();
    if (front_size(head_) > shape.front_size || head_.body_len > shape.body_size || !is_wire_name(name())) {
        return false;
    }
    for (const uint16_t at : ttl_offsets_of(head_, front())) {
        if (at + sizeof(uint32_t) > head_.body_len) {
            return false;
        }
    }
    return true;
}

std::span<const uint8_t> AnswerCopy::body() const {
    return {octets_.data() + size_class().front_size, head_.body_len};
}

std::vector<uint8_t> AnswerCopy::message(uint32_t age) const {
    std::vector<uint8_t> wire(FP_DNS_HEADER_LEN);
    store_be16(wire, offsetof(fp_dns_header, flags), FP_DNS_QR | FP_DNS_RD | head_.flags);
    store_be16(wire, offsetof(fp_dns_header, qdcount), 1);
    store_be16(wire, offsetof(fp_dns_header, ancount), head_.ancount);
    store_be16(wire, offsetof(fp_dns_header, nscount), head_.nscount);
    store_be16(wire, offsetof(fp_dns_header, arcount), head_.arcount);

    wire.insert(wire.end(), name().begin(), name().end());
    const size_t question_tail = wire.size();
    wire.resize(question_tail + FP_DNS_QTAIL_LEN);
    store_be16(wire, question_tail, head_.qtype);
    store_be16(wire, question_tail + 2, FP_CLASS_IN);

    const size_t body_at = wire.size();
    wire.insert(wire.end(), body().begin(), body().end());
    for (const uint16_t offset : ttl_offsets_of(head_, front())) {
        const uint32_t ttl = load_be32(wire, body_at + offset);
        store_be32(wire, body_at + offset, std::max(ttl, age) - age);
    }
    return wire;
}

// The slot may hold another answer by now: that one is lost to the cache then, which costs one query. And the answer may be
// in another slot: a tag is unique in its bucket, so the same tag in the same way is the same question. What a daemon puts
// there time and again, faster than we look, is newer than the flush.
void AnswerCopy::flush() {
    constexpr int most_replacements = 8;
    head_.lifetime = 0;
    Way flushed = way_;
    for (int i = 0; i <= most_replacements; i++) {
        std::byte *const slot = slot_of(*memory_, flushed);
        if (slot == nullptr || static_cast<uint32_t>(flushed) != static_cast<uint32_t>(way_)) {
            return;
        }
        std::atomic_ref<uint32_t>(reinterpret_cast<fp_answer *>(slot)->lifetime).store(0, std::memory_order_relaxed);
        std::atomic_thread_fence(std::memory_order_seq_cst); // the store is seen before we look at the way again
        const Way now = load(*published_way_);
        if (now == flushed) {
            return;
        }
        flushed = now;
    }
}

void for_each_answer(AnswerMemory &memory, const std::function<void(AnswerCopy &)> &visit) {
    AnswerCopy copy;
    // Asked each time: what moves while the index grows (AnswerTable::double_buckets()) comes later.
    for (uint32_t number = 0; number < memory.buckets().size(); number++) {
        for (const Way &way : memory.buckets()[number].way) {
            if (copy.read(memory, number, way)) {
                visit(copy);
            }
        }
    }
}

} // namespace fastpath
