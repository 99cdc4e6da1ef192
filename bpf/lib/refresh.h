/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * refresh.h - an answer that should be renewed is named to the daemon, once; the daemon asks the resolver.
 */
#ifndef FASTPATH_LIB_REFRESH_H
#define FASTPATH_LIB_REFRESH_H

#include <bpf/bpf_helpers.h>

#include <dns_fastpath/cache.h>
#include <dns_fastpath/counters.h>
#include <dns_fastpath/events.h>

#include "lib/scratch.h"
#include "maps.h"

/* 0: nobody was told. Asks again only after FP_REFRESH_RETRY seconds; where the ring is full, after one. */
static __always_inline int fp_want_refresh(struct fp_scratch *s, struct fp_answer *answer, struct fp_counters *count,
                                           __u32 age, __u64 now)
{
    if (age < answer->refresh_at || fp_is_explaining())
        return 1;
    answer->refresh_at = age + FP_REFRESH_RETRY; /* first, so that other CPUs do not ask too */
    s->wish.key = answer->key;
    s->wish.wanted_ns = now;
    s->wish.pool = s->pool;
    s->wish.is_ipv6 = s->packet.is_ipv6;
    if (!bpf_ringbuf_output(&refreshes, &s->wish, sizeof(s->wish), 0))
        return 1;
    answer->refresh_at = age + 1;
    count->refresh_lost++;
    return 0;
}

#endif
