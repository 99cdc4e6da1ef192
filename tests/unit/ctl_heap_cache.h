// SPDX-License-Identifier: Apache-2.0
// The memory of an answer cache on the heap, for tests without the kernel.
#pragma once

#include "cache/answer_table.h"

#include <array>
#include <memory>
#include <vector>

namespace fastpath::test {

class HeapCache : public AnswerMemory {
  public:
    explicit HeapCache(size_t bucket_count) : buckets_(bucket_count) {}

    std::span<fp_bucket> buckets() override { return std::span(buckets_).first(in_use_); }
    std::span<fp_bucket> bucket_room() override { return buckets_; }
    void use_buckets(size_t count) override { in_use_ = count; }
    std::span<std::byte *const> chunks(fp_answer_class size_class) override { return chunks_[size_class]; }
    Result<> grow(fp_answer_class size_class) override {
        const SizeClass &shape = size_classes[size_class];
        owned_.push_back(std::make_unique<Line[]>(size_t{shape.chunk_slots} * shape.slot_size / sizeof(Line)));
        chunks_[size_class].push_back(owned_.back()[0].octets);
        return {};
    }
    bool wait_for_readers() override { return true; }

  private:
    struct alignas(64) Line {
        std::byte octets[64];
    };

    std::vector<fp_bucket> buckets_;
    size_t in_use_ = 1;
    std::vector<std::unique_ptr<Line[]>> owned_;
    std::array<std::vector<std::byte *>, FP_ANSWER_CLASS_COUNT> chunks_;
};

} // namespace fastpath::test
