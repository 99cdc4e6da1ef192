// SPDX-License-Identifier: Apache-2.0
// AnswerMemory: where index and slots of the answer cache lie, and the shapes of what lies there (include/dns_fastpath/cache.h).
#pragma once

#include "util/result.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <dns_fastpath/cache.h>
#include <span>

namespace fastpath {

// The shape of a size class, by number; generated from the table in cache.h.
struct SizeClass {
    const char *name;
    uint32_t front_size;
    uint32_t body_size;
    uint32_t slot_size;
    uint32_t chunk_slots;
};

extern const std::array<SizeClass, FP_ANSWER_CLASS_COUNT> size_classes;

// Where index and slots lie: shared maps in the daemon, plain memory in unit tests.
class AnswerMemory {
  public:
    virtual ~AnswerMemory() = default;

    // Those in use, from which the programs pick one, and all that there is room for. Powers of two.
    virtual std::span<fp_bucket> buckets() = 0;
    virtual std::span<fp_bucket> bucket_room() = 0;
    virtual void use_buckets(size_t count) = 0; // published after what they hold
    virtual std::span<std::byte *const> chunks(fp_answer_class size_class) = 0;

    // Adds one zeroed chunk to the class.
    virtual Result<> grow(fp_answer_class size_class) = 0;

    // Returns once no program can still read a slot that was unpublished before the call (an RCU grace period); false where
    // that could not be found out.
    [[nodiscard]] virtual bool wait_for_readers() = 0;
};

using Way = __u64; // one element of a bucket

// One answer as it lies in a slot.
struct StoredAnswer {
    fp_answer *head;
    std::span<const uint8_t> front;
    std::span<const uint8_t> body;
};

} // namespace fastpath
