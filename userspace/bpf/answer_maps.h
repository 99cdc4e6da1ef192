// SPDX-License-Identifier: Apache-2.0
// AnswerMaps: the memory of the answer cache as it lies in the BPF maps answer_index and answers_*. Used by the daemon, and by
// dns-fastpathctl on the pins.
#pragma once

#include "bpf/map_types.h"
#include "bpf/mapped_memory.h"
#include "cache/answer_table.h"
#include "util/result.h"
#include "util/unique_fd.h"

#include <array>
#include <filesystem>
#include <string>
#include <vector>

namespace fastpath {

class AnswerMaps final : public AnswerMemory {
  public:
    // File descriptors of the maps; the caller keeps its own copies.
    struct Descriptors {
        int index = -1;
        std::array<int, FP_ANSWER_CLASS_COUNT> answers = {};
        std::array<MapTypes, FP_ANSWER_CLASS_COUNT> types = {}; // for who calls grow()
        std::filesystem::path pin_directory = {};               // where chunks are pinned; empty = nowhere
    };

    // Maps what is there. The descriptors are duplicated.
    static Result<AnswerMaps> open(const Descriptors &maps);

    // Maps chunks that came since; for readers that live long.
    Result<> refresh();

    std::span<fp_bucket> buckets() override;
    std::span<fp_bucket> bucket_room() override { return index_.subspan(FP_BUCKETS_AT); }
    void use_buckets(size_t count) override;
    std::span<std::byte *const> chunks(fp_answer_class size_class) override { return classes_[size_class].chunks; }
    Result<> grow(fp_answer_class size_class) override;
    [[nodiscard]] bool wait_for_readers() override;

  private:
    struct ClassMaps {
        UniqueFd outer;
        MapTypes types;
        UniqueFd first_chunk; // the model for new ones
        std::vector<MappedMemory> mappings;
        std::vector<std::byte *> chunks;
    };

    [[nodiscard]] std::string chunk_pin(fp_answer_class size_class, uint32_t number) const;
    [[nodiscard]] Result<UniqueFd> open_chunk(fp_answer_class size_class, uint32_t number) const;
    [[nodiscard]] Result<> pin_chunk(fp_answer_class size_class, uint32_t number, int chunk_fd) const;
    Result<> map_chunk(fp_answer_class size_class, int chunk_fd);

    std::filesystem::path pin_directory_;
    MappedMemory index_memory_;
    std::span<fp_bucket> index_;
    std::array<ClassMaps, FP_ANSWER_CLASS_COUNT> classes_;
};

} // namespace fastpath
