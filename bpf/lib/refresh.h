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
static __always_inline int fp_want_refresh(const struct fp_scratch *s, struct fp_answer *answer,
                                           struct fp_counters *count, __u32 age, __u64 now)
{
    const struct fp_refresh wish = {
        .key = answer->key, .wanted_ns = now, .pool = s->pool, .is_ipv6 = s->packet.is_ipv6};

    if (age < answer->refresh_at)
        return 1;
    answer->refresh_at = age + FP_REFRESH_RETRY; /* first, so that other CPUs do not ask too */
    if (!bpf_ringbuf_output(&refreshes, (void *)&wish, sizeof(wish), 0))
        return 1;
    answer->refresh_at = age + 1;
    count->refresh_lost++;
    return 0;
}

#endif
