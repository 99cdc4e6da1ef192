/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * miss.h - a query that goes to the resolver of this host is written down, so that the learner knows its answer.
 */
#ifndef FASTPATH_LIB_MISS_H
#define FASTPATH_LIB_MISS_H

#include <bpf/bpf_helpers.h>

#include <dns_fastpath/counters.h>
#include <dns_fastpath/events.h>

#include "lib/resolver.h"
#include "lib/scratch.h"
#include "lib/upstream.h"
#include "maps.h"

static __always_inline void fp_open_key(struct fp_open_query_key *key, const struct fp_addr *client,
                                        const struct fp_addr *server, __u16 client_port, __u16 id)
{
    key->client = *client;
    key->server = *server;
    key->client_port = client_port;
    key->id = id;
    key->pad = 0;
}

/*
 * A client may ask again with the same port and id before it has its answer. If that is another query (or the same with other
 * bits or size), nothing tells which answer is whose, and one learned for the wrong query would be wrong for everybody.
 */
static __always_inline void fp_add_outstanding(struct fp_open_query *query, const struct fp_open_query *earlier)
{
    query->outstanding = 1;
    query->ambiguous = 0;
    if (!earlier || !earlier->outstanding || query->asked_ns - earlier->asked_ns > FP_OPEN_QUERY_MAX_AGE_NS)
        return;
    query->outstanding = earlier->outstanding < 255 ? earlier->outstanding + 1 : 255;
    query->ambiguous = earlier->ambiguous || earlier->key.hash[0] != query->key.hash[0] ||
                       earlier->key.hash[1] != query->key.hash[1] || earlier->limit != query->limit;
}

/* Its answer is learned. */
static __always_inline void fp_note_open_query(struct fp_scratch *s, __u64 now)
{
    const struct fp_packet *packet = &s->packet;
    const struct fp_question *q = &s->question;

    fp_open_key(&s->open_key, &packet->src, &packet->dst, packet->src_port, q->id);
    s->open.key = q->key;
    s->open.asked_ns = now;
    s->open.limit = fp_opt_limit(q);
    s->open.view = q->view;
    s->open.query_bits = q->query_bits;
    s->open.upstream = s->way.upstream;
    fp_add_outstanding(&s->open, bpf_map_lookup_elem(&open_queries, &s->open_key));
    /* If it cannot be written down, the answer is not learned; the query is resolved all the same. */
    bpf_map_update_elem(&open_queries, &s->open_key, &s->open, BPF_ANY);
}

/*
 * `why` it is this resolver: the outcome. Where it only stands in for another one, its answer is for this client alone: of a name that
 * another pool resolves it may know something else, or nothing, and one such query would fill the cache for everybody.
 */
static __always_inline enum fp_outcome fp_ask_local(struct fp_scratch *s, enum fp_outcome why)
{
    const __u64 now = bpf_ktime_get_ns();
    struct fp_upstream_counters *c;

    fp_note_owed(now);
    if (why != FP_OUT_miss_local)
        return why;
    if (!fp_is_explaining())
        fp_note_open_query(s, now);
    c = fp_find_upstream_counters(s->way.upstream);
    if (c)
        c->queries++;
    return why;
}

#endif
