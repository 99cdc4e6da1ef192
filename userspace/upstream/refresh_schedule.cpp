// SPDX-License-Identifier: Apache-2.0
// RefreshSchedule: a timeline of keys, and what each result does to a key.
#include "upstream/refresh_schedule.h"

#include <algorithm>
#include <dns_fastpath/abi.h>
#include <vector>

namespace fastpath {
namespace {

constexpr uint64_t millisecond_ns = 1'000'000;

// RFC 8767 5: what fails is not tried again more often than every 30 seconds.
constexpr uint64_t hold_ns = 30 * FP_NSEC_PER_SEC;

// Unbound with `prefetch: yes` gives its copy first and then resolves anew: soon after, the new one is there.
constexpr uint64_t again_after_ns = FP_NSEC_PER_SEC;

// TTLs are whole seconds: a copy that has N left ends up to a second before or after N seconds have passed, and
// Unbound still gives it with TTL 0 in that last one. So the first try at its end may be too early, and more have to
// follow it.
constexpr uint64_t expiry_margin_ns = 20 * millisecond_ns;
constexpr uint64_t retry_ns = 250 * millisecond_ns;

// Time for the last second of the copy, and for resolving anew. For so long the old answer is given beyond its life.
constexpr uint64_t patience_ns = 3 * FP_NSEC_PER_SEC;

} // namespace

bool RefreshSchedule::request(const fp_key &key, uint64_t now_ns, const Asker &asker) {
    const auto [refresh, is_new] = refreshes_.try_emplace(key, Refresh{.copy_ends_ns = now_ns});
    if (is_new) {
        put_off(refresh, State::waiting, now_ns);
    } else if (refresh->second.state == State::held_back) {
        const uint64_t held_until = refresh->second.at->first;
        held_back_.erase(refresh->second.at);
        refresh->second = {}; // a new start, but no bridge: its refresh is not on the way
        put_off(refresh, State::waiting, std::max(held_until, now_ns));
    }
    const auto wanted = refreshes_.find(key);
    if (wanted == refreshes_.end()) {
        return false;
    }
    wanted->second.asker = asker; // who asked last is there still
    return true;
}

std::optional<fp_key> RefreshSchedule::next(uint64_t now_ns) {
    release(now_ns);
    if (now_ns < due_ns() || !tokens_.take(now_ns)) {
        return std::nullopt;
    }
    const auto refresh = refreshes_.find(waiting_.begin()->second);
    waiting_.erase(refresh->second.at);
    refresh->second.state = State::in_flight;
    ++in_flight_;
    return refresh->first;
}

uint64_t RefreshSchedule::due_ns() const {
    if (waiting_.empty() || in_flight_ >= limits_.in_flight) {
        return never_ns;
    }
    return std::max(waiting_.begin()->first, tokens_.next_ns());
}

Asker RefreshSchedule::asker_of(const fp_key &key) const {
    const auto refresh = refreshes_.find(key);
    return refresh == refreshes_.end() ? Asker{} : refresh->second.asker;
}

void RefreshSchedule::refreshed(const fp_key &key) {
    if (const auto refresh = landed(key); refresh != refreshes_.end()) {
        refreshes_.erase(refresh);
    }
}

void RefreshSchedule::not_longer(const fp_key &key, uint32_t remaining_seconds, uint64_t now_ns) {
    const auto refresh = landed(key);
    if (refresh == refreshes_.end()) {
        return;
    }
    if (const auto when = next_try(refresh->second, remaining_seconds, now_ns); when) {
        put_off(refresh, State::waiting, *when);
    } else {
        put_off(refresh, State::held_back,
                now_ns + hold_ns); // in vain: for the resolver that is a failure like another
    }
}

void RefreshSchedule::failed(const fp_key &key, uint64_t now_ns) {
    if (const auto refresh = landed(key); refresh != refreshes_.end()) {
        put_off(refresh, State::held_back, now_ns + hold_ns);
    }
}

void RefreshSchedule::end_holds(uint64_t now_ns) {
    std::vector<fp_key> held;
    for (const auto &[key, refresh] : refreshes_) {
        // A first question that waits for a later time was requested during a hold.
        const bool is_requested = refresh.state == State::waiting && refresh.stage == Stage::first;
        if (refresh.state == State::held_back || is_requested) {
            held.push_back(key);
        }
    }
    for (const fp_key &key : held) {
        const Asker asker = asker_of(key);
        forget(key);
        request(key, now_ns, asker);
    }
}

void RefreshSchedule::forget(const fp_key &key) {
    const auto refresh = refreshes_.find(key);
    if (refresh == refreshes_.end()) {
        return;
    }
    if (refresh->second.state == State::in_flight) {
        --in_flight_;
        refreshes_.erase(refresh);
    } else {
        take_out(refresh);
    }
}

std::optional<uint64_t> RefreshSchedule::bridge_until_ns(const fp_key &key) const {
    const auto refresh = refreshes_.find(key);
    if (refresh == refreshes_.end() || refresh->second.state == State::held_back) {
        return std::nullopt;
    }
    return refresh->second.copy_ends_ns + patience_ns;
}

// nullopt: enough was tried. Stages only go forward, and the end of the copy is fixed when it is waited for, so that
// a TTL that has become 0 for good comes to an end here.
std::optional<uint64_t> RefreshSchedule::next_try(Refresh &refresh, uint32_t remaining_seconds, uint64_t now_ns) {
    if (refresh.stage != Stage::expired) {
        refresh.copy_ends_ns = now_ns + remaining_seconds * FP_NSEC_PER_SEC;
    }
    if (refresh.stage == Stage::first && now_ns + again_after_ns < refresh.copy_ends_ns) {
        refresh.stage = Stage::again;
        return now_ns + again_after_ns;
    }
    refresh.stage = Stage::expired;
    const uint64_t when = std::max(refresh.copy_ends_ns + expiry_margin_ns, now_ns + retry_ns);
    return when <= refresh.copy_ends_ns + patience_ns ? std::optional(when) : std::nullopt;
}

void RefreshSchedule::put_off(Refreshes::iterator refresh, State state, uint64_t until_ns) {
    refresh->second.state = state;
    refresh->second.at = timeline_of(state).emplace(until_ns, refresh->first);
    if (waiting_.size() > limits_.waiting) {
        drop_last();
    }
}

// It has the most time left to be requested again. Of those that should be asked at once it is the newest.
void RefreshSchedule::drop_last() {
    take_out(refreshes_.find(std::prev(waiting_.end())->second));
    ++dropped_;
}

// Of what is waiting or held back.
void RefreshSchedule::take_out(Refreshes::iterator refresh) {
    timeline_of(refresh->second.state).erase(refresh->second.at);
    refreshes_.erase(refresh);
}

// Those whose hold is over; nobody has wanted them since.
void RefreshSchedule::release(uint64_t now_ns) {
    while (!held_back_.empty() && held_back_.begin()->first <= now_ns) {
        take_out(refreshes_.find(held_back_.begin()->second));
    }
}

// The one of which a result has come, no longer in flight; end() if it was not.
RefreshSchedule::Refreshes::iterator RefreshSchedule::landed(const fp_key &key) {
    const auto refresh = refreshes_.find(key);
    if (refresh == refreshes_.end() || refresh->second.state != State::in_flight) {
        return refreshes_.end();
    }
    --in_flight_;
    return refresh;
}

} // namespace fastpath
