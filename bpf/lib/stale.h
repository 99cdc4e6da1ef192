/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stale.h - may an answer be given at this age, and how: fresh, as a bridge to its refresh, or stale (RFC 8767)?
 */
#ifndef FASTPATH_LIB_STALE_H
#define FASTPATH_LIB_STALE_H

#include <dns_fastpath/cache.h>
#include <dns_fastpath/config.h>
#include <dns_fastpath/counters.h>
#include <dns_fastpath/dns_wire.h>

#include "lib/refresh.h"
#include "lib/resolver.h"
#include "lib/way.h"

enum fp_use {
    FP_USE_NOT,
    FP_USE_FRESH,
    FP_USE_BRIDGE, /* TTL 0: its refresh comes any moment, and the resolver itself gives TTL 0 in the last second */
    FP_USE_STALE
};

/* Good data, expired (not flushed), not too old. A failure is never given beyond its life. */
static __always_inline int fp_may_be_stale(const struct fp_answer *answer, const struct fp_settings *settings,
                                           __u32 age)
{
    return settings->stale != FP_STALE_OFF && answer->lifetime != 0 && age >= answer->lifetime &&
           age - answer->lifetime < settings->stale_max_age && (answer->flags & FP_DNS_RCODE) != FP_RCODE_SERVFAIL;
}

static __always_inline void fp_set_stale_from(struct fp_answer *answer, __u32 age)
{
    if (!fp_is_explaining())
        answer->stale_from = age;
}

/*
 * Has the resolver failed this name, or owed its answer too long? The learner says when it has answered (fp_settle_debt). After
 * FP_REFRESH_RETRY seconds one more try is made: by the daemon, or with the query at hand. What it owed long ago says nothing.
 */
static __always_inline enum fp_use fp_use_of_owed(struct fp_scratch *s, struct fp_answer *answer,
                                                  struct fp_counters *count, __u32 age, __u64 now, int can_refresh)
{
    const __u32 from = answer->stale_from;

    if (from == 0 || (age > from && age - from >= 2 * FP_REFRESH_RETRY)) {
        fp_set_stale_from(answer, age + FP_ANSWER_WAIT);
        return FP_USE_NOT;
    }
    if (age < from)
        return FP_USE_NOT;
    if (age - from < FP_REFRESH_RETRY) {
        if (can_refresh) /* one lost packet is no reason to wait */
            fp_want_refresh(s, answer, count, age, now);
        return FP_USE_STALE;
    }
    fp_set_stale_from(answer, age);
    return can_refresh && fp_want_refresh(s, answer, count, age, now) ? FP_USE_STALE : FP_USE_NOT;
}

/*
 * Will the resolver of this host answer? What it says of itself, and what the programs see.
 */
static __always_inline enum fp_use fp_use_beside_local(struct fp_scratch *s, struct fp_answer *answer,
                                                       struct fp_counters *count, const struct fp_settings *settings,
                                                       __u32 age, __u64 now)
{
    struct fp_resolver *r = fp_find_resolver();
    const int daemon_alive = fp_is_daemon_alive(now);
    int can_refresh;

    if (!r)
        return FP_USE_NOT;
    can_refresh = daemon_alive && r->takes_queries;
    if (can_refresh && (settings->stale == FP_STALE_ALWAYS || r->state == FP_RESOLVER_RECOVERING))
        return fp_want_refresh(s, answer, count, age, now) ? FP_USE_STALE : FP_USE_NOT;
    switch (fp_listen_to(r, now, daemon_alive)) {
    case FP_SILENT:
        if (can_refresh)
            fp_want_refresh(s, answer, count, age, now);
        return FP_USE_STALE;
    case FP_TRY_NOW:
        return FP_USE_NOT;
    default:
        return fp_use_of_owed(s, answer, count, age, now, can_refresh);
    }
}

/* An upstream that may be chosen is up, by the word of a living daemon. */
static __always_inline enum fp_use fp_use_beside_upstream(struct fp_scratch *s, struct fp_answer *answer,
                                                          struct fp_counters *count, const struct fp_settings *settings,
                                                          __u32 age, __u64 now)
{
    if (settings->stale == FP_STALE_ALWAYS)
        return fp_want_refresh(s, answer, count, age, now) ? FP_USE_STALE : FP_USE_NOT;
    return fp_use_of_owed(s, answer, count, age, now, 1);
}

/* Not inlined: seldom needed, and then once for all size classes. */
static __noinline enum fp_use fp_use_of_expired(struct fp_scratch *s, struct fp_answer *answer,
                                                struct fp_counters *count, const struct fp_settings *settings,
                                                __u64 now)
{
    const __u32 age = fp_answer_age(answer, now);

    if (answer->lifetime == 0)
        return FP_USE_NOT;
    if (fp_is_daemon_alive(now) && age - answer->lifetime < answer->bridge)
        return FP_USE_BRIDGE;
    if (!fp_may_be_stale(answer, settings, age))
        return FP_USE_NOT;
    switch (fp_choose_way(now, 0)) {
    case FP_OUT_miss_steered:
        return fp_use_beside_upstream(s, answer, count, settings, age, now);
    case FP_OUT_miss_no_upstream: /* perhaps for this client's family alone: the daemon may find one */
        fp_want_refresh(s, answer, count, age, now);
        return FP_USE_STALE;
    default:
        return fp_use_beside_local(s, answer, count, settings, age, now);
    }
}

static __always_inline enum fp_use fp_use_of(struct fp_scratch *s, struct fp_answer *answer, struct fp_counters *count,
                                             const struct fp_settings *settings, __u32 age, __u64 now)
{
    if (!fp_is_fresh(answer, age))
        return fp_use_of_expired(s, answer, count, settings, now);
    if (age >= answer->refresh_at && settings->prefetch)
        fp_want_refresh(s, answer, count, age, now);
    return FP_USE_FRESH;
}

/*
 * The resolver has answered the question of an expired answer: with a failure it owes for good, and is not asked again before
 * FP_REFRESH_RETRY seconds have passed (RFC 8767 5); else it owes no more.
 */
static __always_inline void fp_settle_debt(struct fp_answer *answer, __u32 age, int failed)
{
    const __u32 from = failed ? age : 0;

    if (fp_is_fresh(answer, age) || fp_is_explaining())
        return;
    if (answer->stale_from != from)
        answer->stale_from = from;
    if (failed && answer->refresh_at < age + FP_REFRESH_RETRY)
        answer->refresh_at = age + FP_REFRESH_RETRY;
}

#endif
