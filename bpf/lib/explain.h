/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * explain.h - the record of what was decided about a packet, and by what: from what the walk has left in the scratch, and from
 * the maps that it has looked at.
 */
#ifndef FASTPATH_LIB_EXPLAIN_H
#define FASTPATH_LIB_EXPLAIN_H

#include <bpf/bpf_helpers.h>

#include <dns_fastpath/counters.h>
#include <dns_fastpath/explain.h>

#include "lib/cache.h"
#include "lib/learned.h"
#include "lib/resolver.h"
#include "lib/scratch.h"
#include "lib/upstream.h"
#include "maps.h"

/* Before the walk: what it does not come to is to be zero in the record. */
static __always_inline void fp_forget_packet(struct fp_scratch *s)
{
    __builtin_memset(&s->question, 0, sizeof(s->question));
    __builtin_memset(&s->way, 0, sizeof(s->way));
    __builtin_memset(&s->flow_key, 0, sizeof(s->flow_key));
    s->pool = 0;
    s->from_upstream = 0;
    s->egress = 0;
}

static __always_inline void fp_explain_question(struct fp_explanation *e, const struct fp_scratch *s)
{
    const struct fp_question *q = &s->question;

    e->key = q->key;
    e->qtype = q->qtype;
    e->limit = q->limit;
    e->view = q->view;
    e->pool = s->pool;
    e->name_len = q->name_len;
    e->query_bits = q->query_bits;
    e->has_opt = q->has_opt;
    e->from_upstream = s->from_upstream;
}

static __always_inline void fp_explain_way(struct fp_explanation *e, const struct fp_scratch *s)
{
    const struct fp_upstream *u;

    e->way_chosen = s->way.outcome != 0;
    e->way_outcome = s->way.outcome;
    e->zone_len = s->way.zone_len;
    e->way_pool = s->way.pool;
    e->attempt = s->way.attempt;
    e->upstream = e->way_chosen ? s->way.upstream : FP_UPSTREAM_NONE;
    u = fp_find_upstream(e->upstream);
    e->upstream_tier = u ? u->tier : 0;
    if (e->outcome == FP_OUT_miss_steered)
        e->source = s->flow_key.source;
}

/* The walk has looked for it by the same key; only where there was a whole question, for the key is the last of it. */
static __always_inline void fp_explain_entry(struct fp_explanation *e, const struct fp_scratch *s)
{
    const struct fp_key *key = &s->question.key;
    const struct fp_answer *answer = key->hash[0] | key->hash[1] ? fp_find_cached(key) : 0;

    e->has_entry = answer != 0;
    if (!answer)
        return;
    e->entry = *answer;
    e->entry_age = fp_answer_age(answer, e->now_ns);
}

static __always_inline void fp_explain_resolver(struct fp_explanation *e)
{
    const struct fp_resolver *r = fp_find_resolver();

    e->daemon_alive = fp_is_daemon_alive(e->now_ns);
    if (!r)
        return;
    e->resolver = *r;
    e->resolver_gone = fp_is_gone(r, e->now_ns, e->daemon_alive);
}

__noinline int fp_explain(__u32 outcome, __u32 verdict)
{
    const struct fp_scratch *s = fp_find_scratch();
    struct fp_explanation *e;
    __u32 zero = 0;

    e = bpf_map_lookup_elem(&explanation, &zero);
    if (!s || !e)
        return 0;
    __builtin_memset(e, 0, sizeof(*e));
    e->now_ns = bpf_ktime_get_coarse_ns();
    e->outcome = outcome;
    e->verdict = verdict;
    e->generation = s->generation;
    e->egress = s->egress;
    fp_explain_question(e, s);
    fp_explain_way(e, s);
    fp_explain_entry(e, s);
    fp_explain_resolver(e);
    return 0;
}

#endif
