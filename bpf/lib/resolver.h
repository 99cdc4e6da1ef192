/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * resolver.h - is the resolver of this host there? What the daemon's probes say, while the daemon lives; and what the programs
 * see themselves: queries went up and no answer at all has come down since.
 */
#ifndef FASTPATH_LIB_RESOLVER_H
#define FASTPATH_LIB_RESOLVER_H

#include <bpf/bpf_helpers.h>

#include <dns_fastpath/config.h>

#include "maps.h"

static __always_inline struct fp_resolver *fp_find_resolver(void)
{
    __u32 zero = 0;

    return bpf_map_lookup_elem(&resolver, &zero);
}

/* Its heartbeat may lie ahead of our coarse clock. */
static __always_inline int fp_is_daemon_alive(__u64 now)
{
    __u32 zero = 0;
    const struct fp_meta *m = bpf_map_lookup_elem(&meta, &zero);

    return m && now < m->heartbeat_ns + FP_HEARTBEAT_MAX_AGE_NS;
}

/* Has it answered anybody just now? */
static __always_inline int fp_is_answering(const struct fp_resolver *r, __u64 now)
{
    return now < r->answered_ns + FP_RESOLVER_ANSWERS_NS;
}

/* A query was passed to it. Only the first that it owes is noted, so that CPUs do not fight for the line. */
static __always_inline void fp_note_owed(__u64 now)
{
    struct fp_resolver *r = fp_find_resolver();

    if (r && !r->owed_since_ns && !fp_is_explaining())
        r->owed_since_ns = now;
}

/* It has sent an answer, whatever answer. The line is written at most once a second, and when a debt ends. */
static __always_inline void fp_note_alive(__u64 now)
{
    struct fp_resolver *r = fp_find_resolver();

    if (!r)
        return;
    if (r->owed_since_ns)
        r->owed_since_ns = 0;
    if (now >= r->answered_ns + FP_NSEC_PER_SEC)
        r->answered_ns = now;
}

/*
 * Nobody has port 53: the host sent ICMP "port unreachable" for a query. Not where it answers others: then one of its addresses
 * was asked on which it does not listen, or a firewall speaks.
 */
static __always_inline void fp_note_gone(__u64 now)
{
    struct fp_resolver *r = fp_find_resolver();

    if (r && now >= r->answered_ns + FP_RESOLVER_SILENCE_NS)
        r->owed_since_ns = now > FP_RESOLVER_SILENCE_NS ? now - FP_RESOLVER_SILENCE_NS : 1;
}

enum fp_hearing {
    FP_HEARD,
    FP_SILENT,
    FP_TRY_NOW /* silent, but the query at hand is to try it */
};

/* By the daemon's word, or since queries went up and nothing came down. */
static __always_inline int fp_is_gone(const struct fp_resolver *r, __u64 now, int daemon_alive)
{
    const __u64 since = r->owed_since_ns;

    if (daemon_alive && r->state == FP_RESOLVER_DOWN && !fp_is_answering(r, now))
        return 1;
    return since && now >= since + FP_RESOLVER_SILENCE_NS;
}

/* Does anybody but clients find out when it is back? A resolver may drop what the daemon asks, and answer clients. */
static __always_inline int fp_is_probed(const struct fp_resolver *r, __u64 now)
{
    return now < r->probed_ns + FP_RESOLVER_PROBED_NS &&
           (r->state != FP_RESOLVER_DOWN || now < r->state_since_ns + FP_RESOLVER_DOUBT_NS);
}

static __always_inline enum fp_hearing fp_listen_to(struct fp_resolver *r, __u64 now, int daemon_alive)
{
    if (!fp_is_gone(r, now, daemon_alive))
        return FP_HEARD;
    if (fp_is_probed(r, now) || now < r->tried_ns + FP_RESOLVER_RETRY_NS)
        return FP_SILENT;
    if (!fp_is_explaining())
        r->tried_ns = now;
    return FP_TRY_NOW;
}

#endif
