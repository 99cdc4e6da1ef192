// SPDX-License-Identifier: Apache-2.0
// Learner: from a record of the ring buffer to an answer in the cache, or to a counted reason why not.
#pragma once

#include "cache/answer_table.h"
#include "cache/policy.h"
#include "util/result.h"

#include <cstdint>
#include <dns_fastpath/counters.h>
#include <dns_fastpath/events.h>
#include <memory>

struct ring_buffer;

namespace fastpath {

class Learner {
  public:
    // `table`, `counters` and `meta` outlive this.
    static Result<std::unique_ptr<Learner>> create(int ring_fd, AnswerTable &table, const CachePolicy &policy,
                                                   fp_cache_counters &counters, fp_meta &meta);
    ~Learner();
    Learner(const Learner &) = delete;
    Learner &operator=(const Learner &) = delete;

    [[nodiscard]] int poll_fd() const;

    // Takes in what waits in the ring, but no more than a turn's worth: timers and signals want theirs.
    void consume();

    void set_policy(const CachePolicy &policy) { policy_ = policy; }

  private:
    struct Free {
        void operator()(ring_buffer *ring) const;
    };

    Learner(AnswerTable &table, const CachePolicy &policy, fp_cache_counters &counters, fp_meta &meta)
        : table_(table), policy_(policy), counters_(counters), meta_(meta) {}

    void learn(const fp_learned &event, std::span<const uint8_t> message);
    [[nodiscard]] bool was_flushed_since(const fp_learned &event) const;
    void reject(FillReject reason);

    AnswerTable &table_;
    CachePolicy policy_;
    fp_cache_counters &counters_;
    fp_meta &meta_;
    std::unique_ptr<ring_buffer, Free> ring_;
    int turn_left_ = 0;
};

} // namespace fastpath
