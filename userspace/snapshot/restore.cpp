// SPDX-License-Identifier: Apache-2.0
#include "snapshot/restore.h"

#include "cache/age.h"
#include "dns/message.h"

#include <algorithm>

namespace fastpath::snapshot {

namespace {

// A clock that was put right by so much since the snapshot was written may be behind it; answers then have the age that they
// had in the snapshot. Beyond it, the clock is one that lost the time while the host was down.
constexpr uint64_t clock_tolerance_ns = 60 * FP_NSEC_PER_SEC;

// Answers are born on whole seconds (cache/born.h). What brings one and the same answer apart is the time between two readings of
// two clocks.
constexpr int64_t same_answer_ns = FP_NSEC_PER_SEC / 2;

} // namespace

Result<Restorer> Restorer::create(const Head &head, RestoreSettings settings, const Moment &now) {
    if (head.written_ns > now.realtime_ns + clock_tolerance_ns) {
        return fail(
            "the snapshot was written " + std::to_string((head.written_ns - now.realtime_ns) / FP_NSEC_PER_SEC) +
            " s after what the clock of this host says now, so the age of its answers is not known; set the clock "
            "right, then `dns-fastpathctl cache load` it");
    }
    Restorer restorer(std::move(settings), now);
    restorer.now_.realtime_ns = std::max(now.realtime_ns, head.written_ns);
    for (const auto &[number, name] : head.views) {
        if (const auto found = restorer.settings_.views.find(name); found != restorer.settings_.views.end()) {
            restorer.views_[number] = found->second;
        }
    }
    return restorer;
}

// The response goes the way of one that the resolver has just sent, so that nothing gets into the cache that the config and the
// checks of now would keep out. Only its age, and an end that was earlier, are the snapshot's.
std::optional<Entry> Restorer::entry_of(const Record &record) const {
    const auto view = views_.find(record.view);
    const uint64_t age_ns = now_.realtime_ns - std::min(now_.realtime_ns, record.born_ns); // none is from the future
    if (view == views_.end() || age_ns / FP_NSEC_PER_SEC >= uint64_t{record.lifetime} + settings_.stale_max_age) {
        return std::nullopt;
    }
    const auto message = parse_message(record.message);
    if (!message || message->opt.has_value() != (record.limit > 0)) {
        return std::nullopt;
    }
    auto lifetime = decide(*message, record.query_bits, settings_.policy);
    if (!lifetime) {
        return std::nullopt;
    }
    lifetime->seconds = std::min(lifetime->seconds, record.lifetime);
    auto entry =
        build_entry(*message, *lifetime,
                    {.key = key_of(message->qname, message->qtype, record.query_bits, view->second, settings_.hash_key),
                     .query_bits = record.query_bits,
                     .view = view->second,
                     .limit = record.limit,
                     .born_ns = now_.monotonic_ns - age_ns},
                    settings_.policy);
    if (!entry || is_dead(entry->head, now_.monotonic_ns, settings_.stale_max_age)) {
        return std::nullopt;
    }
    entry->head.lead_len = std::min(entry->head.lead_len, record.lead_len);
    entry->head.last_used = std::min(record.last_used, age_of(entry->head, now_.monotonic_ns));
    return *std::move(entry);
}

Result<bool> put(AnswerTable &table, const Entry &entry, uint64_t now_ns) {
    const fp_answer *const cached = table.find(entry.head.key);
    if (cached != nullptr && !is_dead(*cached, now_ns, table.stale_max_age()) &&
        static_cast<int64_t>(entry.head.born - cached->born) < same_answer_ns) {
        return false;
    }
    const Result<> restored = table.restore(entry, now_ns);
    return restored.map([] { return true; });
}

} // namespace fastpath::snapshot
