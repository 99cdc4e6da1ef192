// SPDX-License-Identifier: Apache-2.0
#include "daemon/learner.h"

#include "cache/born.h"
#include "cache/entry.h"
#include "dns/message.h"
#include "util/clock.h"

#include <atomic>
#include <bpf/libbpf.h>
#include <spdlog/spdlog.h>

namespace fastpath {

namespace {

// A few milliseconds' worth.
constexpr int records_per_turn = 4096;

} // namespace

void Learner::Free::operator()(ring_buffer *ring) const {
    ring_buffer__free(ring);
}

Learner::~Learner() = default;

Result<std::unique_ptr<Learner>> Learner::create(int ring_fd, AnswerTable &table, const CachePolicy &policy,
                                                 fp_cache_counters &counters, fp_meta &meta) {
    std::unique_ptr<Learner> learner(new Learner(table, policy, counters, meta));
    const auto record = [](void *context, void *data, size_t size) {
        const auto *const event = static_cast<const fp_learned *>(data);
        auto *const self = static_cast<Learner *>(context);
        if (size >= sizeof(*event) && size - sizeof(*event) >= event->len) {
            self->learn(*event, {reinterpret_cast<const uint8_t *>(event + 1), event->len});
        }
        return --self->turn_left_ > 0 ? 0 : -EAGAIN; // ends the turn; this record is consumed all the same
    };
    learner->ring_.reset(ring_buffer__new(ring_fd, record, learner.get(), nullptr));
    if (!learner->ring_) {
        return fail_errno("cannot open the ring buffer `learned`");
    }
    return learner;
}

int Learner::poll_fd() const {
    return ring_buffer__epoll_fd(ring_.get());
}

void Learner::consume() {
    turn_left_ = records_per_turn;
    if (const int code = ring_buffer__consume(ring_.get()); code < 0 && code != -EAGAIN) {
        spdlog::error("cannot read the ring buffer `learned`: {}", std::generic_category().message(-code));
    }
}

void Learner::reject(FillReject reason) {
    std::atomic_ref<uint64_t>(reinterpret_cast<uint64_t &>(FP_COUNTER_REJECT(&counters_, static_cast<size_t>(reason))))
        .fetch_add(1, std::memory_order_relaxed);
    spdlog::trace("not cached: {}", label(reason));
}

// What was flushed does not come back with an answer from before.
bool Learner::was_flushed_since(const fp_learned &event) const {
    return event.seen_ns < std::atomic_ref<__u64>(meta_.flushed_ns).load(std::memory_order_seq_cst);
}

void Learner::learn(const fp_learned &event, std::span<const uint8_t> message) {
    if (was_flushed_since(event)) {
        return;
    }
    const auto parsed = parse_message(message);
    if (!parsed) {
        return reject(FillReject::malformed);
    }
    const auto lifetime = decide(*parsed, event.query_bits, policy_);
    if (!lifetime) {
        return reject(lifetime.error());
    }
    const uint64_t now = monotonic_ns();
    const EntryContext context = {.key = event.key,
                                  .query_bits = event.query_bits,
                                  .view = event.view,
                                  .limit = event.limit,
                                  .born_ns = born_ns(event.seen_ns, clock_ns(CLOCK_REALTIME) - now)};
    const auto entry = build_entry(*parsed, *lifetime, context, policy_);
    if (!entry) {
        return reject(entry.error());
    }
    if (const Result<> inserted = table_.insert(*entry, now); !inserted) {
        reject(FillReject::no_memory);
        spdlog::debug("{}", inserted.error().message);
    }
    if (was_flushed_since(event)) {
        table_.flush(event.key); // a flush that went by while this was put in has not seen it
    }
}

} // namespace fastpath
