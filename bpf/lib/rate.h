/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rate.h - does a client ask more than rate_limit.per_client_qps? What it asks beyond that is dropped: an answer, even REFUSED,
 * would go to whoever the source address was forged to be.
 */
#ifndef FASTPATH_LIB_RATE_H
#define FASTPATH_LIB_RATE_H

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include <dns_fastpath/config.h>

#include "lib/budget.h"
#include "lib/scratch.h"
#include "maps.h"

#define FP_IPV4_LOOPBACK 0x7f000000U /* 127.0.0.0/8 */

/* This host itself, which may well ask for many. */
static __always_inline int fp_is_loopback(const struct fp_packet *packet)
{
    const __u32 *word = packet->src.word;

    if (packet->is_ipv6)
        return word[0] == 0 && word[1] == 0 && word[2] == 0 && word[3] == bpf_htonl(1);
    return (word[3] & bpf_htonl(0xff000000U)) == bpf_htonl(FP_IPV4_LOOPBACK);
}

/* By what a client is known: an IPv6 one by its /64, all of which a single host may use. */
static __always_inline struct fp_addr fp_client_of(const struct fp_packet *packet)
{
    struct fp_addr client = packet->src;

    if (packet->is_ipv6)
        client.word[2] = client.word[3] = 0;
    return client;
}

/* Takes the query at hand off the budget of its client; 1 = it has none left. Global, to be looked at once by the verifier. */
__noinline int fp_is_over_rate(__u64 query_ns)
{
    const __u64 now = bpf_ktime_get_ns();
    const __u64 burst_ns = fp_client_burst_ns(query_ns);
    struct fp_scratch *s = fp_find_scratch();
    struct fp_client_rate first = {.paid_until_ns = now + query_ns};
    struct fp_client_rate *rate;
    struct fp_addr client;

    if (!s || fp_is_loopback(&s->packet))
        return 0;
    client = fp_client_of(&s->packet);
    rate = bpf_map_lookup_elem(&client_rates, &client);
    if (fp_is_explaining())
        return rate && !fp_has_budget(&rate->paid_until_ns, query_ns, burst_ns, now);
    if (rate)
        return !fp_take_budget(&rate->paid_until_ns, query_ns, burst_ns, now);
    /* Another CPU may have been first: then one query is not counted. */
    bpf_map_update_elem(&client_rates, &client, &first, BPF_NOEXIST);
    return 0;
}

#endif
