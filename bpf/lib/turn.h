/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * turn.h - rotation: the records of an RRset are not always given in the same order (RFC 1794).
 *
 * What may change places, and the sums that this makes, was computed by the daemon (struct fp_turn, fp_swapped_rrset); a random
 * order is taken for each answer. The body is written as learned and turned in the packet.
 */
#ifndef FASTPATH_LIB_TURN_H
#define FASTPATH_LIB_TURN_H

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include <dns_fastpath/cache.h>

#include "lib/reply.h"
#include "lib/scratch.h"
#include "lib/verifier.h"

/* Sums of the body in the order in which it will be given. */
struct fp_body_sums {
    __u16 body;
    __u16 ttls;
    __u16 ttl_odd;
};

static __always_inline __u32 fp_ttl_count(const struct fp_answer *answer)
{
    return (__u32)answer->ancount + answer->nscount + answer->arcount;
}

/* A place in the front, bounded for `size` octets; NULL beyond it. */
static __always_inline const void *fp_at_front(const __u8 *front, __u32 front_size, __u32 at, __u32 size)
{
    FP_BOUNDED(at);
    if (at > front_size - size)
        return 0;
    FP_BOUNDED(at);
    return front + at;
}

/* Chooses the order; it is left in `giving`, as a turn or a swap. */
static __always_inline struct fp_body_sums fp_choose_turn(struct fp_giving *giving, const struct fp_answer *answer,
                                                          const __u8 *front, __u32 front_size)
{
    const struct fp_body_sums as_learned = {answer->body_sum, answer->ttl_sum, answer->ttl_odd};
    const __u32 table = fp_pad8(answer->name_len) + 2 * fp_ttl_count(answer);
    const struct fp_swapped_rrset *swapped;
    const struct fp_turned_rrset *turned;
    const struct fp_turn *turn;
    __u32 chosen;

    giving->turn_first = 0;
    giving->swap_step = 0;
    if (answer->turn_count == 0)
        return as_learned;
    if (answer->turn_count == FP_TURNS_SWAPPED) {
        swapped = fp_at_front(front, front_size, table, sizeof(*swapped));
        if (swapped && swapped->count) {
            giving->swap_at = swapped->at;
            giving->swap_other = swapped->at + bpf_get_prandom_u32() % swapped->count * swapped->step;
            giving->swap_step = swapped->step;
        }
        return as_learned;
    }
    chosen = bpf_get_prandom_u32() % (answer->turn_count + 1U);
    if (chosen == 0)
        return as_learned;
    turned = fp_at_front(front, front_size, table, sizeof(*turned));
    turn = fp_at_front(front, front_size, table + sizeof(*turned) + (chosen - 1) * sizeof(*turn), sizeof(*turn));
    if (!turned || !turn)
        return as_learned;
    giving->rrset = *turned;
    giving->turn_first = turn->first;
    return (struct fp_body_sums){turn->body_sum, turn->ttl_sum, turn->ttl_odd};
}

/* Two addresses change places. Records have one length, so the sum stays. */
static __always_inline int fp_swap_addresses(struct xdp_md *ctx, const struct fp_giving *giving, __u32 body_at)
{
    void *data = (void *)(long)ctx->data;
    void *end = (void *)(long)ctx->data_end;
    struct fp_addr *first = data + ((body_at + giving->swap_at) & (FP_FRAME_MAX - 1));
    struct fp_addr *other = data + ((body_at + giving->swap_other) & (FP_FRAME_MAX - 1));
    const __u32 words = giving->swap_step == FP_SWAPPED_STEP_A ? 1 : 4;

#pragma clang loop unroll(disable)
    for (__u32 i = 0; i < 4; i++) {
        __u32 word;

        if (i >= words)
            break;
        if ((void *)&first->word[i + 1] > end || (void *)&other->word[i + 1] > end)
            return 0;
        word = first->word[i];
        first->word[i] = other->word[i];
        other->word[i] = word;
    }
    return 1;
}

/* Two halves of the RRset change places, on their way through the scratch. */
static __always_inline int fp_turn_halves(struct xdp_md *ctx, struct fp_scratch *s, __u32 body_at)
{
    const __u32 at = body_at + s->giving.rrset.at;
    __u32 len = s->giving.rrset.len - 1U; /* less one: kernel 6.1 learns nothing from "not 0" */
    __u32 first = s->giving.turn_first - 1U;
    __u32 rest = len - first - 1U;

    FP_BOUNDED(len);
    FP_BOUNDED(first);
    FP_BOUNDED(rest);
    if (len >= FP_BODY_MAX || first >= FP_BODY_MAX || rest >= FP_BODY_MAX)
        return 0;
    FP_BOUNDED(len);
    FP_BOUNDED(first);
    FP_BOUNDED(rest);
    return !bpf_xdp_load_bytes(ctx, at, s->turned, len + 1) &&
           !bpf_xdp_store_bytes(ctx, at, s->turned + first + 1, rest + 1) &&
           !bpf_xdp_store_bytes(ctx, at + rest + 1, s->turned, first + 1);
}

/* The body that begins at `body_at` of the packet gets the order that was chosen. */
static __always_inline int fp_turn_body(struct xdp_md *ctx, struct fp_scratch *s, __u32 body_at)
{
    if (s->giving.swap_step)
        return fp_swap_addresses(ctx, &s->giving, body_at);
    return s->giving.turn_first ? fp_turn_halves(ctx, s, body_at) : 1;
}

#endif
