/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * asking.h - of the open flows that ask one question, the one whose answer is learned: the first (RFC 5452 6). The answers to the
 * others go to their clients and nowhere else.
 *
 * A slot is one word, read and written whole. It does not say which question it is for: where two meet in a slot, the second is
 * taken for a repetition of the first, and learned when it is asked again.
 */
#ifndef FASTPATH_LIB_ASKING_H
#define FASTPATH_LIB_ASKING_H

#include <bpf/bpf_helpers.h>

#include <dns_fastpath/steer.h>

#include "lib/scratch.h"
#include "maps.h"

#define FP_NSEC_PER_MSEC 1000000ULL

union fp_asking_word {
    struct fp_asking asking;
    __u64 word;
};

static __always_inline volatile __u64 *fp_find_asking(const struct fp_scratch *s)
{
    __u32 slot = s->flow.key.hash[0] % FP_ASKING_SLOTS;

    return bpf_map_lookup_elem(&asking, &slot);
}

/* The flow in the scratch has been opened. */
static __always_inline void fp_note_asking(const struct fp_scratch *s, __u64 now)
{
    const union fp_asking_word mine = {
        .asking = {.port = s->flow_key.port, .id = s->flow_key.id, .asked_ms = now / FP_NSEC_PER_MSEC}};
    volatile __u64 *slot = fp_find_asking(s);
    union fp_asking_word there;

    if (!slot || fp_is_explaining())
        return;
    there.word = *slot;
    if (!there.asking.port || mine.asking.asked_ms - there.asking.asked_ms >= FP_ASKING_MS)
        *slot = mine.word;
}

/* The flow in the scratch has its answer: is that the one to be learned? Then the next question may be. */
static __always_inline int fp_take_asking(const struct fp_scratch *s)
{
    volatile __u64 *slot = fp_find_asking(s);
    union fp_asking_word there;

    if (!slot)
        return 0;
    there.word = *slot;
    if (there.asking.port != s->flow_key.port || there.asking.id != s->flow_key.id)
        return 0;
    if (!fp_is_explaining())
        *slot = 0;
    return 1;
}

#endif
