/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cache.h - from a key to an answer: bucket, way, slot. Two dependent loads that may be cold, the bucket and the answer.
 */
#ifndef FASTPATH_LIB_CACHE_H
#define FASTPATH_LIB_CACHE_H

#include <bpf/bpf_helpers.h>

#include <dns_fastpath/cache.h>
#include <dns_fastpath/config.h>

#include "lib/scratch.h"
#include "maps.h"

#define FP_CACHE_LINE 64

/* Of a line that is needed later and may be cold: it comes from memory together with those that are needed before it. */
static __always_inline void fp_touch(const void *line)
{
    asm volatile("" ::"r"(*(const volatile __u64 *)line));
}

/* The way whose tag is that of the key, 0 where there is none. */
static __always_inline __u64 fp_find_way(const struct fp_key *key)
{
    const __u32 tag = fp_way_tag(key);
    __u32 number = 0;
    const struct fp_bucket *bucket = bpf_map_lookup_elem(&answer_index, &number);

    if (!bucket)
        return 0;
    number = FP_BUCKETS_AT + (key->hash[0] & fp_bucket_mask(bucket));
    bucket = bpf_map_lookup_elem(&answer_index, &number);
    if (!bucket)
        return 0;
#pragma unroll
    for (int i = 0; i < FP_BUCKET_WAYS; i++) {
        /* One load: the daemon may replace a way at any time. */
        const __u64 way = *(volatile const __u64 *)&bucket->way[i];

        if ((__u32)way == tag && way >> 32)
            return way;
    }
    return 0;
}

/* fp_slot_small(), fp_slot_medium(), fp_slot_large(): the answer in a slot of that class, NULL if its chunk is gone. */
#define FP_X(name, front_size, body_size, slots)                               \
    static __always_inline struct fp_answer_##name *fp_slot_##name(__u32 slot) \
    {                                                                          \
        __u32 chunk = slot / (slots);                                          \
        __u32 element = slot % (slots);                                        \
        void *map = bpf_map_lookup_elem(&answers_##name, &chunk);              \
                                                                               \
        return map ? bpf_map_lookup_elem(map, &element) : 0;                   \
    }
FP_ANSWER_CLASSES(FP_X)
#undef FP_X

/* Is this the answer to the question in the scratch? The hash is only a hint; the name decides. */
static __always_inline int fp_answers_question(const struct fp_answer *answer, const __u8 *front, __u32 front_size,
                                               const struct fp_scratch *s)
{
    const struct fp_question *q = &s->question;
    const __u32 name_len = q->name_len;

    if (answer->name_len != name_len || answer->qtype != q->qtype || answer->query_bits != q->query_bits ||
        answer->view != q->view)
        return 0;
#pragma clang loop unroll(disable)
    for (__u32 i = 0; i < FP_HASH_NAME_WORDS && 8 * (i + 1) <= front_size; i++) {
        if (8 * i >= name_len)
            return 1;
        if (*(const __u64 *)(front + 8 * i) != s->lower[i])
            return 0;
    }
    return fp_pad8(name_len) <= front_size;
}

/* Seconds since the answer was given by the resolver. */
static __always_inline __u32 fp_answer_age(const struct fp_answer *answer, __u64 now)
{
    const __u64 age = now - answer->born; /* true for a `born` below 0 as well */

    return (__s64)age > 0 ? age / FP_NSEC_PER_SEC : 0;
}

static __always_inline int fp_is_fresh(const struct fp_answer *answer, __u32 age)
{
    return age < answer->lifetime;
}

/*
 * Additional records are left out without a sign where there is no room (RFC 2181 9), and by some resolvers (BIND) for every client
 * that takes little. So an answer that has some is for clients of the very size that it was given to.
 */
static __always_inline int fp_has_additional_for(const struct fp_answer *answer, __u16 limit)
{
    return answer->arcount == 0 || answer->limit == limit;
}

/*
 * May an answer to a query with payload size `answer->limit` be given to one with `limit` (0 = no OPT)? Not to a larger one: the
 * resolver may have left out additional records, or (no OPT) have had nowhere to put an extended error.
 */
static __always_inline int fp_is_complete_for(const struct fp_answer *answer, __u16 limit)
{
    return limit <= answer->limit;
}

#endif
