/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * way.h - who resolves a miss: pool of the name, of the client or of the listen address; upstream of the pool.
 */
#ifndef FASTPATH_LIB_WAY_H
#define FASTPATH_LIB_WAY_H

#include <bpf/bpf_helpers.h>

#include <dns_fastpath/config.h>
#include <dns_fastpath/counters.h>
#include <dns_fastpath/steer.h>

#include "lib/acl.h"
#include "lib/resolver.h"
#include "lib/route.h"
#include "lib/scratch.h"
#include "lib/upstream.h"
#include "maps.h"

static __always_inline __u64 fp_name_hash(const struct fp_scratch *s)
{
    const __u32 words = fp_pad8(s->question.name_len) / 8;
    __u64 hash = 0;

#pragma clang loop unroll(disable)
    for (__u32 i = 0; i < FP_HASH_NAME_WORDS; i++) {
        if (i >= words)
            break;
        hash = fp_name_hash_add(hash, s->lower[i]);
    }
    return hash;
}

#define FP_ATTEMPT_TAG_SHIFT 24
#define FP_ATTEMPT_SECONDS_SHIFT 8

/* How often this client has asked this query, with this port and id, a moment ago; and notes that it does so now. */
static __always_inline __u32 fp_count_attempt(const struct fp_scratch *s, __u64 now, __u64 life_ns)
{
    const struct fp_packet *packet = &s->packet;
    const __u64 from = (__u64)packet->src.word[3] << 32 | (__u32)packet->src_port << 16 | s->question.id;
    const __u64 network = (__u64)packet->src.word[0] << 32 | packet->src.word[1];
    const __u64 hash =
        fp_hash_mix(fp_hash_mix(fp_hash_mix(from ^ s->question.key.hash[0]) ^ network) ^ packet->src.word[2]);
    const __u64 tag = hash >> FP_ATTEMPT_TAG_SHIFT;
    const __u16 seconds = now / FP_NSEC_PER_SEC;
    __u32 slot = hash % FP_ATTEMPTS_SLOTS;
    __u64 *word = bpf_map_lookup_elem(&attempts, &slot);
    __u64 before, attempt = 0;

    if (!word)
        return 0;
    before = *(volatile __u64 *)word;
    if (before >> FP_ATTEMPT_TAG_SHIFT == tag &&
        (__u16)(seconds - (__u16)(before >> FP_ATTEMPT_SECONDS_SHIFT)) * FP_NSEC_PER_SEC <= life_ns)
        attempt = ((before & 0xff) + 1) & 0xff;
    if (!fp_is_explaining())
        *(volatile __u64 *)word = tag << FP_ATTEMPT_TAG_SHIFT | (__u64)seconds << FP_ATTEMPT_SECONDS_SHIFT | attempt;
    return attempt;
}

/* The pool of its name, else that of the client or of the listen address. */
static __always_inline __u32 fp_choose_pool(struct fp_scratch *s, const struct fp_settings *settings)
{
    int pool = -1;

    s->way.zone_len = 0;
    if (settings->has_routes)
        pool = fp_pool_of_name();
    s->way.pool = pool < 0 ? s->pool : pool;
    return s->way.pool;
}

/* Once for each packet, however often its way is looked for. */
static __always_inline __u32 fp_attempt_of(struct fp_scratch *s, const struct fp_settings *settings, __u64 now)
{
    if (!s->way.chosen)
        s->way.attempt = settings->steers ? fp_count_attempt(s, now, settings->flow_life_ns) : 0;
    s->way.chosen = 1;
    return s->way.attempt;
}

static __always_inline __u8 fp_choose_upstream(struct fp_scratch *s, const struct fp_settings *settings, __u64 now,
                                               __u32 take)
{
    const struct fp_upstream *u;
    __u32 table, attempt;
    int number;

    s->way.upstream = FP_UPSTREAM_NONE;
    if (s->from_upstream)
        return FP_OUT_miss_from_upstream;
    if (settings->steers && !fp_is_daemon_alive(now))
        return FP_OUT_miss_no_daemon;
    table = fp_table_number(s->generation, fp_choose_pool(s, settings) & (FP_POOLS_MAX - 1), s->packet.is_ipv6, 0);
    attempt = fp_attempt_of(s, settings, now);
    number = fp_find_in_pool(table, fp_maglev_index(fp_name_hash(s)), attempt, take);
    if (number < 0)
        return settings->steers ? FP_OUT_miss_no_upstream : FP_OUT_miss_local;
    u = fp_find_upstream(number);
    if (!u)
        return FP_OUT_miss_no_upstream;
    s->way.upstream = number;
    return u->is_local ? FP_OUT_miss_local : FP_OUT_miss_steered;
}

/*
 * For the packet in the scratch; leaves the choice there. `take`: the query goes that way, and is one of the budget of who is
 * chosen. Else one only wants to know who it would be, for a stale answer depends on that.
 */
__noinline int fp_choose_way(__u64 now, __u32 take)
{
    const struct fp_generations *all = fp_find_generations();
    struct fp_scratch *s = fp_find_scratch();

    if (!s || !all)
        return FP_OUT_miss_local;
    s->way.outcome = fp_choose_upstream(s, fp_settings_of(all, s->generation), now, take);
    return s->way.outcome;
}

#endif
