// SPDX-License-Identifier: Apache-2.0
#include "daemon/filler.h"

#include "cache/age.h"
#include "cache/born.h"
#include "cache/entry.h"
#include "dns/message.h"
#include "util/clock.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <spdlog/spdlog.h>

namespace fastpath {

namespace {

// What a refresh has to add to the life of an answer. Copies of one and the same answer end together.
constexpr int64_t least_gain_ns = FP_NSEC_PER_SEC / 2;

bool is_failure(const fp_answer &answer) {
    return (answer.flags & FP_DNS_RCODE) == FP_RCODE_SERVFAIL;
}

} // namespace

void Filler::reject(FillReject reason) {
    std::atomic_ref<__u64>(FP_COUNTER_REJECT(&counters_, static_cast<size_t>(reason)))
        .fetch_add(1, std::memory_order_relaxed);
    spdlog::trace("not cached: {}", label(reason));
    if (reason == FillReject::cookie) {
        warn_of_cookie();
    }
}

// RFC 7873 5.3: a client that has had a cookie from this address discards answers without one, and hits have none.
void Filler::warn_of_cookie() {
    if (expects_no_cookies_ && !warned_of_cookie_) {
        spdlog::warn(
            "the resolver sends DNS cookies, but edns.cookies is `ignore`: clients that have seen one may discard "
            "answers from the cache. Set edns.cookies: pass, or switch cookies off in the resolver "
            "(counted in cache_fill_rejects_total{{reason=\"cookie\"}}; said once)");
        warned_of_cookie_ = true;
    }
}

// What was flushed does not come back with an answer from before.
bool Filler::was_flushed_since(const fp_learned &query) const {
    return query.seen_ns < std::atomic_ref<__u64>(meta_.flushed_ns).load(std::memory_order_seq_cst);
}

tl::expected<Entry, FillReject> Filler::build(const fp_learned &query, std::span<const uint8_t> message) const {
    const auto parsed = parse_message(message);
    if (!parsed) {
        return tl::unexpected(FillReject::malformed);
    }
    // RFC 6891 7: an OPT if and only if the query had one. Who does not keep to that does not know EDNS, and then hits must
    // not pretend to; the answer is left to it.
    if (parsed->opt.has_value() != (query.limit > 0)) {
        return tl::unexpected(FillReject::opt_mismatch);
    }
    const auto lifetime = decide(*parsed, query.query_bits, policy_);
    if (!lifetime) {
        return tl::unexpected(lifetime.error());
    }
    const EntryContext context = {.key = query.key,
                                  .query_bits = query.query_bits,
                                  .view = query.view,
                                  .limit = query.limit,
                                  .born_ns = born_ns(query.seen_ns, clock_ns(CLOCK_REALTIME) - monotonic_ns())};
    return build_entry(*parsed, *lifetime, context, policy_);
}

// "The stale data should be kept" when a refresh fails (RFC 8767 5): SERVFAIL does not take the place of a good answer.
bool Filler::is_worse_than_cached(const Entry &entry, uint64_t now_ns) const {
    if (!is_failure(entry.head)) {
        return false;
    }
    const fp_answer *const cached = table_.find(entry.head.key);
    return cached != nullptr && !is_failure(*cached) && !is_dead(*cached, now_ns, table_.stale_max_age());
}

bool Filler::store(const Entry &entry, uint64_t now_ns) {
    const Result<> inserted = table_.insert(entry, now_ns);
    if (!inserted) {
        reject(FillReject::no_memory);
        spdlog::debug("{}", inserted.error().message);
    }
    return inserted.has_value();
}

void Filler::fill(std::span<const std::byte> record) {
    fp_learned query;
    if (record.size() < sizeof(query)) {
        return;
    }
    std::memcpy(&query, record.data(), sizeof(query));
    const auto message = record.subspan(sizeof(query));
    if (message.size() >= query.len) {
        fill(query, {reinterpret_cast<const uint8_t *>(message.data()), query.len});
    }
}

void Filler::fill(const fp_learned &query, std::span<const uint8_t> message) {
    if (was_flushed_since(query)) {
        return;
    }
    table_.prefetch(query.key);
    const auto entry = build(query, message);
    if (!entry) {
        return reject(entry.error());
    }
    const uint64_t now = monotonic_ns();
    if (is_worse_than_cached(*entry, now)) {
        return reject(FillReject::better_cached);
    }
    store(*entry, now);
    if (was_flushed_since(query)) {
        table_.flush(query.key); // a flush that went by while this was put in has not seen it
    }
}

Renewal Filler::renew(const fp_answer &old, const fp_learned &query, std::span<const uint8_t> message) {
    const auto entry = build(query, message);
    if (!entry && entry.error() == FillReject::ttl_zero) {
        return NotLonger{0};
    }
    if (!entry) {
        reject(entry.error());
        return Superseded{};
    }
    const uint64_t now = monotonic_ns();
    if (is_failure(entry->head)) {
        return RefreshFailed{};
    }
    const int64_t end = end_of(entry->head);
    const auto now_signed = static_cast<int64_t>(now);
    if (end < std::max(end_of(old), now_signed) + least_gain_ns) {
        const auto remaining = static_cast<uint64_t>(end - std::min(end, now_signed));
        return NotLonger{static_cast<uint32_t>((remaining + FP_NSEC_PER_SEC - 1) / FP_NSEC_PER_SEC)};
    }
    if (was_flushed_since(query) || !store(*entry, now)) {
        return Superseded{};
    }
    if (was_flushed_since(query)) {
        table_.flush(query.key); // as in fill()
    }
    return Renewed{};
}

} // namespace fastpath
