// SPDX-License-Identifier: Apache-2.0
// Reading the answer cache beside its writer, from another process or thread. Not for filling it or taking slots out: that is
// AnswerTable.
#pragma once

#include "cache/answer_table.h"

#include <array>
#include <cstdint>
#include <dns_fastpath/cache.h>
#include <functional>
#include <span>
#include <vector>

namespace fastpath {

// One answer, copied out of its slot: the daemon may give the slot to another answer at any time.
class AnswerCopy {
  public:
    // False where the way is empty, where the answer went away while it was read, and where the memory holds no answer.
    bool read(AnswerMemory &memory, uint32_t bucket, const Way &published_way);

    [[nodiscard]] const fp_answer &head() const { return head_; }
    [[nodiscard]] const SizeClass &size_class() const { return size_classes[fp_way_class(way_)]; }
    [[nodiscard]] uint32_t chunk() const { return fp_way_slot(way_) / size_class().chunk_slots; }
    [[nodiscard]] uint32_t element() const { return fp_way_slot(way_) % size_class().chunk_slots; }
    [[nodiscard]] std::span<const uint8_t> name() const { return front().first(head_.name_len); }

    // A DNS message, in the order as learned, with TTLs as they are after `age` seconds; 0 where that was too long.
    [[nodiscard]] std::vector<uint8_t> message(uint32_t age) const;

    // Makes the answer give no hit from now on (dns_fastpath/cache.h), here and in the cache; so too one that has taken its
    // place since it was read.
    void flush();

  private:
    [[nodiscard]] std::span<const uint8_t> front() const { return {octets_.data(), size_class().front_size}; }
    [[nodiscard]] std::span<const uint8_t> body() const;
    [[nodiscard]] bool is_well_formed() const;

    AnswerMemory *memory_ = nullptr;
    const Way *published_way_ = nullptr;
    Way way_ = 0; // as it was when the answer was read
    fp_answer head_ = {};
    std::array<uint8_t, sizeof(fp_answer_large) - sizeof(fp_answer)> octets_; // front and body
};

// Calls `visit` for each answer, dead ones included; twice for some where the index grows meanwhile. The copy is valid during the call.
void for_each_answer(AnswerMemory &memory, const std::function<void(AnswerCopy &)> &visit);

} // namespace fastpath
