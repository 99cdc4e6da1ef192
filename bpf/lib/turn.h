/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * turn.h - rotation: the records of an RRset are not always given in the same order (RFC 1794).
 *
 * Where to begin, and the sums that this makes, was computed by the daemon (struct fp_turn); a random one is taken for each
 * answer. The body is written as learned and turned in the packet, where start and length of both parts are known.
 */
#ifndef FASTPATH_LIB_TURN_H
#define FASTPATH_LIB_TURN_H

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include <dns_fastpath/cache.h>

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

/* Chooses the order; it is left in giving->rrset and turn_first. */
static __always_inline struct fp_body_sums fp_choose_turn(struct fp_giving *giving, const struct fp_answer *answer,
                                                          const __u8 *front, __u32 front_size)
{
    const struct fp_body_sums as_learned = {answer->body_sum, answer->ttl_sum, answer->ttl_odd};
    const __u32 table = fp_pad8(answer->name_len) + 2 * fp_ttl_count(answer);
    const struct fp_turned_rrset *rrset;
    const struct fp_turn *turn;
    __u32 chosen, at;

    giving->turn_first = 0;
    if (answer->turn_count == 0)
        return as_learned;
    chosen = bpf_get_prandom_u32() % (answer->turn_count + 1U);
    if (chosen == 0)
        return as_learned;
    at = table + sizeof(*rrset) + (chosen - 1) * sizeof(*turn);
    FP_BOUNDED(at);
    if (at > front_size - sizeof(*turn) || at < sizeof(*rrset))
        return as_learned;
    FP_BOUNDED(at);
    turn = (const void *)(front + at);
    at = table;
    FP_BOUNDED(at);
    if (at > front_size - sizeof(*rrset))
        return as_learned;
    FP_BOUNDED(at);
    rrset = (const void *)(front + at);
    giving->rrset = *rrset;
    giving->turn_first = turn->first;
    return (struct fp_body_sums){turn->body_sum, turn->ttl_sum, turn->ttl_odd};
}

/* Turns the RRset of the body that begins at `body_at` of the packet. */
static __always_inline int fp_turn_body(struct xdp_md *ctx, struct fp_scratch *s, __u32 body_at)
{
    const __u32 at = body_at + s->giving.rrset.at;
    __u32 first = s->giving.turn_first;
    __u32 rest = s->giving.rrset.len - first - 1U; /* less one: kernel 6.1 learns nothing from "not 0" */

    if (first == 0)
        return 1;
    first--;
    FP_BOUNDED(first);
    FP_BOUNDED(rest);
    if (first >= FP_BODY_MAX || rest >= FP_BODY_MAX)
        return 0;
    FP_BOUNDED(first);
    FP_BOUNDED(rest);
    /* The halves change places on their way through the scratch. */
    if (bpf_xdp_load_bytes(ctx, at, s->turned, first + 1) ||
        bpf_xdp_load_bytes(ctx, at + first + 1, s->turned + FP_BODY_MAX, rest + 1))
        return 0;
    return !bpf_xdp_store_bytes(ctx, at, s->turned + FP_BODY_MAX, rest + 1) &&
           !bpf_xdp_store_bytes(ctx, at + rest + 1, s->turned, first + 1);
}

#endif
