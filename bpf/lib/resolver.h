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

/* Was the last sign of life of the daemon less than `age` ns ago? It may lie ahead of our coarse clock. */
static __always_inline int fp_is_heartbeat_within(__u64 age, __u64 now)
{
    __u32 zero = 0;
    const struct fp_meta *m = bpf_map_lookup_elem(&meta, &zero);

    return m && now < m->heartbeat_ns + age;
}

/* What it said of the resolver holds. */
static __always_inline int fp_is_daemon_alive(__u64 now)
{
    return fp_is_heartbeat_within(FP_HEARTBEAT_MAX_AGE_NS, now);
}

/* A query was passed to it. Only the first that it owes is noted, so that CPUs do not fight for the line. */
static __always_inline void fp_note_owed(__u64 now)
{
    struct fp_resolver *r = fp_find_resolver();

    if (r && !r->owed_since_ns)
        r->owed_since_ns = now;
}

/* It has sent an answer, whatever answer. */
static __always_inline void fp_note_alive(void)
{
    struct fp_resolver *r = fp_find_resolver();

    if (r && r->owed_since_ns)
        r->owed_since_ns = 0;
}

/* Nobody has port 53: the host sent ICMP "port unreachable" for a query. */
static __always_inline void fp_note_gone(__u64 now)
{
    struct fp_resolver *r = fp_find_resolver();

    if (r)
        r->owed_since_ns = now > FP_RESOLVER_SILENCE_NS ? now - FP_RESOLVER_SILENCE_NS : 1;
}

enum fp_hearing {
    FP_HEARD,
    FP_SILENT,
    FP_TRY_NOW /* silent, but the query at hand is to try it */
};

/*
 * While it is silent, the daemon goes on probing. With the daemon dead nothing but a client's query can find out that it is
 * back; one every few seconds is passed for that.
 */
static __always_inline enum fp_hearing fp_listen_to(struct fp_resolver *r, __u64 now)
{
    const __u64 since = r->owed_since_ns;

    if (!since || now < since || now - since < FP_RESOLVER_SILENCE_NS)
        return FP_HEARD;
    if (fp_is_heartbeat_within(FP_HEARTBEAT_LATE_NS, now) || now - r->tried_ns < FP_RESOLVER_RETRY_NS)
        return FP_SILENT;
    r->tried_ns = now;
    return FP_TRY_NOW;
}

#endif
