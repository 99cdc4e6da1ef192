// SPDX-License-Identifier: Apache-2.0
// RefreshSchedule: which question is to be asked of the resolver when, so that its answer in the cache is renewed.
// Pure: it knows keys and times (CLOCK_MONOTONIC ns), not names, answers or sockets.
//
// The user, for each hit that asks for a refresh:   request(key, now)
//   while due_ns() <= now and the resolver can be asked:   key = next(now), send the question of `key`
//     no such answer in the cache any more:   forget(key)
//   for each one sent, once:   refreshed(key), not_longer(key, seconds, now) or failed(key, now)
// Between those calls nothing happens here.
#pragma once

#include "upstream/never.h"
#include "upstream/token_bucket.h"

#include <cstddef>
#include <cstdint>
#include <dns_fastpath/hash.h>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>

namespace fastpath {

struct RefreshLimits {
    uint32_t per_second = 2'000; // queries
    uint32_t burst = 200;
    size_t in_flight = 256;
    size_t waiting = 65'536; // about 200 octets each; beyond it the one to be asked last is dropped
};

// Whose hit asked for a refresh: that decides who is asked.
struct Asker {
    std::string pool; // by name: numbers are others after a reload
    bool is_ipv6 = false;
};

class RefreshSchedule {
  public:
    explicit RefreshSchedule(const RefreshLimits &limits = {})
        : limits_(limits), tokens_(limits.per_second, limits.burst) {}

    // Equal ones are one until it has come to an end. One that comes while its question is held back after a failure
    // waits for the end of that. False: it was dropped, because too many that are to be asked before it are waiting.
    bool request(const fp_key &key, uint64_t now_ns, const Asker &asker = {});

    // What to ask now, and then in flight; nothing before due_ns().
    [[nodiscard]] std::optional<fp_key> next(uint64_t now_ns);

    // Of the request that is in flight or waiting.
    [[nodiscard]] Asker asker_of(const fp_key &key) const;

    // never_ns: not before another call changes that. Of use for a timer.
    [[nodiscard]] uint64_t due_ns() const;

    // The results. One of a key that is not in flight (it was forgotten) is nothing.
    void refreshed(const fp_key &key); // the answer has a longer life, here or by another way
    // The resolver gave its own copy, which lives `remaining_seconds` more, and no longer than ours: it is asked
    // again. With 0, which cannot be cached, it is always this.
    void not_longer(const fp_key &key, uint32_t remaining_seconds, uint64_t now_ns);
    void failed(const fp_key &key, uint64_t now_ns); // no answer, unreachable, SERVFAIL, or nobody to ask

    // The resolver is back: what is held back after its failures is asked now, at the usual rate.
    void end_holds(uint64_t now_ns);

    // Nothing more of this one, in whatever state it is: flushed, evicted, or renewed by a client's query.
    void forget(const fp_key &key);

    // Until when the old answer should go on being given although its life has ended, because its refresh is on the
    // way. May be past. To be asked again after each request() and not_longer().
    [[nodiscard]] std::optional<uint64_t> bridge_until_ns(const fp_key &key) const;

    // How full it is.
    [[nodiscard]] size_t waiting() const { return waiting_.size(); }
    [[nodiscard]] size_t in_flight() const { return in_flight_; }
    [[nodiscard]] size_t held_back() const { return held_back_.size(); }
    [[nodiscard]] uint64_t dropped() const { return dropped_; } // since the start

  private:
    enum class State : uint8_t {
        waiting,   // to be asked at its time, or as soon after it as the limits allow
        in_flight, // asked
        held_back, // after a failure, with nobody who wants it yet
    };
    // How far a resolver that gives its own copy has been followed.
    enum class Stage : uint8_t {
        first,   // not asked yet
        again,   // soon after, for a resolver that begins to prefetch when it is asked
        expired, // when its copy has ended, until it has a new one
    };
    using Timeline = std::multimap<uint64_t, fp_key>;
    struct Refresh {
        State state = State::waiting;
        Stage stage = Stage::first;
        Asker asker{};
        uint64_t copy_ends_ns = 0; // of the resolver's copy; as long as that is not known, when it was requested
        Timeline::iterator at{};   // in waiting_ or held_back_, as `state` says
    };
    struct Hash { // keys are hashes already
        size_t operator()(const fp_key &key) const { return key.hash[0]; }
    };
    struct Equal {
        bool operator()(const fp_key &left, const fp_key &right) const {
            return left.hash[0] == right.hash[0] && left.hash[1] == right.hash[1];
        }
    };
    using Refreshes = std::unordered_map<fp_key, Refresh, Hash, Equal>;

    void put_off(Refreshes::iterator refresh, State state, uint64_t until_ns);
    void drop_last();
    void take_out(Refreshes::iterator refresh);
    void release(uint64_t now_ns);
    Timeline &timeline_of(State state) { return state == State::waiting ? waiting_ : held_back_; }
    [[nodiscard]] Refreshes::iterator landed(const fp_key &key);
    [[nodiscard]] static std::optional<uint64_t> next_try(Refresh &refresh, uint32_t remaining_seconds,
                                                          uint64_t now_ns);

    RefreshLimits limits_;
    TokenBucket tokens_;
    Refreshes refreshes_;
    Timeline waiting_;
    Timeline
        held_back_; // no limit of its own: each was asked, so they are at most per_second times the seconds of a hold
    size_t in_flight_ = 0;
    uint64_t dropped_ = 0;
};

} // namespace fastpath
