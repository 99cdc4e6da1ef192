/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * answer.h - the hit: key in the scratch, answer in the cache, whole response in the packet.
 */
#ifndef FASTPATH_LIB_ANSWER_H
#define FASTPATH_LIB_ANSWER_H

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include <dns_fastpath/cache.h>
#include <dns_fastpath/config.h>
#include <dns_fastpath/counters.h>

#include "lib/cache.h"
#include "lib/exit.h"
#include "lib/reply.h"
#include "lib/scratch.h"
#include "lib/stale.h"
#include "lib/turn.h"
#include "lib/verifier.h"

/* Body of the answer into the packet, its TTLs set, its records turned. The packet has its final length already. */
static __always_inline int fp_write_body(struct xdp_md *ctx, struct fp_scratch *s, const struct fp_answer *answer,
                                         const __u8 *front, __u32 front_size, const __u8 *body, __u32 body_size,
                                         __u32 body_at)
{
    __u32 last = answer->body_len - 1U; /* kernel 6.1 learns nothing from "not 0": so that length is at least 1 */

    if (answer->body_len == 0)
        return 1;
    FP_BOUNDED(last);
    if (last >= body_size)
        return 0;
    FP_BOUNDED(last);
    if (bpf_xdp_store_bytes(ctx, body_at, (void *)body, last + 1))
        return 0;
    if (!fp_set_ttls(ctx, &s->giving, body_at, body_size, front, front_size, fp_pad8(answer->name_len),
                     fp_ttl_count(answer)))
        return 0;
    return fp_turn_body(ctx, s, body_at);
}

/* Marks the answer used, at most once a second, so that the CPUs do not fight for the line: eviction goes by it. */
static __always_inline void fp_note_given(struct fp_scratch *s, struct fp_answer *answer, __u32 age)
{
    s->given_rcode = answer->flags & FP_DNS_RCODE;
    if (answer->last_used != age && !fp_is_explaining())
        answer->last_used = age;
}

/* TTLs for this use of the answer; returns the sum of the body that they make. */
static __always_inline __u16 fp_choose_ttls(struct fp_giving *giving, const struct fp_body_sums *sums, __u32 ttl_count,
                                            enum fp_use use, __u32 age, const struct fp_settings *settings)
{
    const __u32 ttl = use == FP_USE_STALE ? settings->stale_ttl : 0;

    if (use == FP_USE_FRESH) {
        giving->ttl_keep = ~0U;
        giving->ttl_less = age;
        return fp_csum_fold((__u64)sums->body + (__u16)~fp_csum_ttls(age, ttl_count, sums->ttl_odd));
    }
    giving->ttl_keep = 0;
    giving->ttl_less = -ttl;
    return fp_csum_fold((__u64)sums->body + (__u16)~sums->ttls + fp_csum_ttls(ttl, ttl_count, sums->ttl_odd));
}

static __always_inline __u16 fp_ede_of(const struct fp_answer *answer)
{
    return (answer->flags & FP_DNS_RCODE) == FP_RCODE_NXDOMAIN ? FP_EDE_STALE_NXDOMAIN : FP_EDE_STALE;
}

static __always_inline enum fp_outcome fp_outcome_of(enum fp_use use)
{
    switch (use) {
    case FP_USE_STALE:
        return FP_OUT_stale;
    case FP_USE_BRIDGE:
        return FP_OUT_hit_bridged;
    default:
        return FP_OUT_hit;
    }
}

/*
 * Larger than the client takes: TC=1 and no records (RFC 2181 9), so that it comes again over TCP. Only where not even the first
 * RRset fits: else which records to leave out is the resolver's choice.
 */
static __always_inline enum fp_outcome fp_give_truncated(struct xdp_md *ctx, struct fp_scratch *s,
                                                         struct fp_counters *count, const struct fp_settings *settings,
                                                         struct fp_answer *answer, __u32 age, enum fp_use use)
{
    struct fp_reply reply = {.flags = answer->flags | FP_DNS_TC};

    if (fp_bare_size(&s->question, answer->lead_len) <= s->question.limit)
        return FP_OUT_pass_partial;
    if (use == FP_USE_STALE)
        fp_add_ede(&s->question, &reply, fp_ede_of(answer));
    FP_TRY(fp_reply_empty(ctx, s, &reply, settings->payload_size, FP_GO_ON));
    count->truncated++;
    fp_note_given(s, answer, age);
    return fp_outcome_of(use);
}

/* Gives `answer` to the client, if it is one for this question and of use; the sizes are those of its class. */
static __always_inline enum fp_outcome fp_give(struct xdp_md *ctx, struct fp_scratch *s, struct fp_counters *count,
                                               const struct fp_settings *settings, struct fp_answer *answer,
                                               const __u8 *front, __u32 front_size, const __u8 *body, __u32 body_size)
{
    const struct fp_question *q = &s->question;
    const __u64 now = bpf_ktime_get_coarse_ns();
    const __u32 age = fp_answer_age(answer, now);
    const __u32 body_at = fp_body_offset(s);
    struct fp_reply reply = {.flags = answer->flags,
                             .ancount = answer->ancount,
                             .nscount = answer->nscount,
                             .arcount = answer->arcount,
                             .body_len = answer->body_len};
    struct fp_body_sums sums;
    enum fp_use use;

    if (!fp_answers_question(answer, front, front_size, s) || reply.body_len > body_size)
        return FP_OUT_miss_local;
    use = fp_use_of(s, answer, count, settings, age, now);
    if (use == FP_USE_NOT || (use != FP_USE_STALE && !fp_is_complete_for(answer, fp_opt_limit(q))))
        return FP_OUT_miss_local;
    if (use != FP_USE_STALE && !fp_has_additional_for(answer, fp_opt_limit(q)))
        return FP_OUT_pass_partial;
    if (fp_bare_size(q, reply.body_len) > q->limit)
        return fp_give_truncated(ctx, s, count, settings, answer, age, use);
    if (use == FP_USE_STALE)
        fp_add_ede(q, &reply, fp_ede_of(answer));
    sums = fp_choose_turn(&s->giving, answer, front, front_size);
    reply.body_sum = fp_choose_ttls(&s->giving, &sums, fp_ttl_count(answer), use, age, settings);
    if (!fp_make_room(ctx, s, fp_reply_growth(s, &reply), body_at))
        return FP_OUT_pass_no_room;
    fp_note_given(s, answer, age);
    /* The body last: what comes after its loop the verifier follows once for each number of records. */
    if (!fp_write_reply(ctx, s, &reply, settings->payload_size, body_at) ||
        !fp_write_body(ctx, s, answer, front, front_size, body, body_size, body_at))
        return FP_OUT_drop_internal;
    return fp_outcome_of(use);
}

/* Hit or stale answer, or FP_OUT_miss_local. */
static __always_inline enum fp_outcome fp_answer_from_cache(struct xdp_md *ctx, struct fp_scratch *s,
                                                            struct fp_counters *count,
                                                            const struct fp_settings *settings)
{
    const __u64 way = fp_find_way(&s->question.key);
    const __u32 slot = fp_way_slot(way);

    if (!way)
        return FP_OUT_miss_local;
    switch (fp_way_class(way)) {
#define FP_X(name, front_room, body_room, slots)                                                                     \
    case FP_ANSWER_##name: {                                                                                         \
        struct fp_answer_##name *a = fp_slot_##name(slot);                                                           \
                                                                                                                     \
        if (a) {                                                                                                     \
            fp_touch(a->body);                                                                                       \
            fp_touch(a->body + FP_CACHE_LINE);                                                                       \
            return fp_give(ctx, s, count, settings, &a->head, a->front, sizeof(a->front), a->body, sizeof(a->body)); \
        }                                                                                                            \
        break;                                                                                                       \
    }
        FP_ANSWER_CLASSES(FP_X)
#undef FP_X
    }
    return FP_OUT_miss_local;
}

#endif
