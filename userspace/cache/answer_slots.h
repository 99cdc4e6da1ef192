// SPDX-License-Identifier: Apache-2.0
// AnswerSlots: which slots are free, which hold an answer, and which may be written again only after a grace period. Knows nothing
// of the index.
#pragma once

#include "cache/answer_memory.h"
#include "cache/entry.h"
#include "util/result.h"

#include <array>
#include <cstdint>
#include <vector>

namespace fastpath {

class AnswerSlots {
  public:
    // All slots are in use until release_unclaimed().
    explicit AnswerSlots(AnswerMemory &memory);

    // For a takeover. Does the way point somewhere, and is it the first that points there?
    [[nodiscard]] bool exists(Way way) const;
    bool claim(Way way);
    void release_unclaimed();

    // What lies behind a way that exists, or was made of a slot that was taken.
    [[nodiscard]] StoredAnswer at(Way way) const;
    // It will be looked at soon: its head comes from memory meanwhile.
    void prefetch(Way way) const;

    Result<uint32_t> take(fp_answer_class size_class);
    void write(uint32_t slot, const Entry &entry) const;

    // Nothing points at it any more, but a reader may be in it still.
    void retire(Way way);
    // Makes retired slots usable again; waits for readers if there are any such slots.
    void reclaim();

    [[nodiscard]] uint64_t memory_bytes() const; // without the index

  private:
    struct Pool {
        std::vector<uint32_t> free;    // nobody can see these
        std::vector<uint32_t> retired; // unpublished, but a reader may be in them still
        std::vector<bool> claimed;     // until release_unclaimed()
    };

    [[nodiscard]] std::byte *memory_of(uint32_t size_class, uint32_t slot) const;
    void add_chunk(uint32_t size_class, uint32_t chunk);

    AnswerMemory &memory_;
    std::array<Pool, FP_ANSWER_CLASS_COUNT> pools_;
};

} // namespace fastpath
