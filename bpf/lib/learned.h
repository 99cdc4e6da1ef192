/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * learned.h - an answer that was asked for, on its way to a client: is it worth a place in the cache? Then a copy goes to the
 * daemon. For answers of the resolver on this host (TC) and of upstreams (XDP) alike.
 */
#ifndef FASTPATH_LIB_LEARNED_H
#define FASTPATH_LIB_LEARNED_H

#include <linux/bpf.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include <dns_fastpath/cache.h>
#include <dns_fastpath/counters.h>
#include <dns_fastpath/dns_wire.h>
#include <dns_fastpath/events.h>

#include "lib/cache.h"
#include "lib/scratch.h"
#include "lib/stale.h"
#include "lib/verifier.h"
#include "maps.h"

/* The record as it goes into the ring buffer. */
struct fp_learning {
    struct fp_learned event;
    __u8 message[FP_LEARN_MAX];
};
FP_STATIC_ASSERT(__builtin_offsetof(struct fp_learning, message) == sizeof(struct fp_learned),
                 "the message follows its head");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct fp_learning);
} learn_scratch SEC(".maps");

#define FP_LEARN_TRY(expression)                       \
    do {                                               \
        enum fp_learn_outcome outcome_ = (expression); \
        if (outcome_ != FP_LEARN_GO_ON)                \
            return outcome_;                           \
    } while (0)

static __always_inline struct fp_learning *fp_find_learning(void)
{
    __u32 zero = 0;

    return bpf_map_lookup_elem(&learn_scratch, &zero);
}

/* The cheap half of the policy; the daemon judges the rest. */
static __always_inline enum fp_learn_outcome fp_check_learnable(const struct fp_dns_header *header)
{
    const __u16 flags = bpf_ntohs(header->flags);
    const __u16 rcode = flags & FP_DNS_RCODE;

    if (!(flags & FP_DNS_QR) || flags & FP_DNS_OPCODE)
        return FP_LEARN_unparsable;
    if (flags & FP_DNS_TC || (rcode != FP_RCODE_NOERROR && rcode != FP_RCODE_NXDOMAIN && rcode != FP_RCODE_SERVFAIL))
        return FP_LEARN_uncacheable;
    return FP_LEARN_GO_ON;
}

/* The answer that the cache holds for this question, fresh or not. */
static __always_inline struct fp_answer *fp_find_cached(const struct fp_key *key)
{
    const __u64 way = fp_find_way(key);
    struct fp_answer *answer = 0;

    if (!way)
        return 0;
    switch (fp_way_class(way)) {
#define FP_X(name, front_room, body_room, slots)                       \
    case FP_ANSWER_##name: {                                           \
        struct fp_answer_##name *a = fp_slot_##name(fp_way_slot(way)); \
                                                                       \
        answer = a ? &a->head : 0;                                     \
        break;                                                         \
    }
        FP_ANSWER_CLASSES(FP_X)
#undef FP_X
    }
    return answer && answer->key.hash[0] == key->hash[0] && answer->key.hash[1] == key->hash[1] ? answer : 0;
}

/* Settles what is owed for this question. Goes on where the answer may be cached, and is better than what is there. */
static __always_inline enum fp_learn_outcome fp_weigh_answer(const struct fp_dns_header *header,
                                                             const struct fp_key *key, __u16 limit, __u64 now)
{
    struct fp_answer *cached = fp_find_cached(key);
    const __u32 age = cached ? fp_answer_age(cached, now) : 0;

    if (cached)
        fp_settle_debt(cached, age, (bpf_ntohs(header->flags) & FP_DNS_RCODE) == FP_RCODE_SERVFAIL);
    FP_LEARN_TRY(fp_check_learnable(header));
    if (cached && fp_is_fresh(cached, age) && fp_is_complete_for(cached, limit))
        return FP_LEARN_fresh;
    return FP_LEARN_GO_ON;
}

static __always_inline enum fp_learn_outcome fp_hand_over(struct fp_learning *l)
{
    __u32 len = l->event.len;

    if (fp_is_explaining())
        return FP_LEARN_sent;
    FP_BOUNDED(len);
    if (len > FP_LEARN_MAX)
        return FP_LEARN_unparsable;
    FP_BOUNDED(len);
    return bpf_ringbuf_output(&learned, l, sizeof(l->event) + len, 0) ? FP_LEARN_lost : FP_LEARN_sent;
}

#endif
