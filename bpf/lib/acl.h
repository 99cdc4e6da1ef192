/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * acl.h - the config that holds for a packet; who is asked, and who may ask: one look-up of the destination, one of the source, or
 * neither where this CPU has done both before.
 */
#ifndef FASTPATH_LIB_ACL_H
#define FASTPATH_LIB_ACL_H

#include <bpf/bpf_helpers.h>

#include <dns_fastpath/config.h>

#include "lib/scratch.h"
#include "maps.h"

/* NULL never happens: an array has its element. */
static __always_inline const struct fp_generations *fp_find_generations(void)
{
    __u32 zero = 0;

    return bpf_map_lookup_elem(&settings, &zero);
}

/* To be read once for a packet: the next one may be there a moment later. */
static __always_inline __u32 fp_current_generation(const struct fp_generations *all)
{
    return *(const volatile __u32 *)&all->generation;
}

static __always_inline const struct fp_settings *fp_settings_of(const struct fp_generations *all, __u32 generation)
{
    return &all->settings[generation & 1];
}

static __always_inline const struct fp_listener *fp_find_listener(const struct fp_addr *address, __u32 generation)
{
    const struct fp_listener_key key = {.generation = generation, .addr = *address};

    return bpf_map_lookup_elem(&listeners, &key);
}

/* The row of the packet's source, NULL where no prefix covers it. */
static __always_inline const struct fp_client *fp_find_source(struct fp_scratch *s)
{
    s->client.prefix_len = FP_CLIENT_PREFIX_BITS + 128;
    s->client.generation = s->generation;
    s->client.addr = s->packet.src;
    return bpf_map_lookup_elem(&clients, &s->client);
}

/* Of a direct-mapped table: a few sources ask most of the queries, and what they displace is looked up again. */
static __always_inline struct fp_standing *fp_standing_place(struct fp_scratch *s)
{
    const __u32 *word = s->packet.src.word;
    const __u32 mixed = (word[0] ^ word[1] ^ word[2] ^ word[3]) * 0x9e3779b1U; /* 2^32 divided by the golden ratio */

    return &s->standings[(mixed >> 26) & (FP_STANDINGS - 1)];
}

static __always_inline int fp_is_standing_of(const struct fp_standing *standing, const struct fp_scratch *s)
{
    const struct fp_packet *packet = &s->packet;
    __u32 difference = standing->generation ^ s->generation;

#pragma unroll
    for (int i = 0; i < 4; i++) {
        difference |= standing->src.word[i] ^ packet->src.word[i];
        difference |= standing->dst.word[i] ^ packet->dst.word[i];
    }
    return standing->is_known && !difference;
}

/* What the rows say; 0 where the address asked is none of ours. Not inlined: seldom needed where few ask much. */
static __noinline int fp_read_standing(struct fp_scratch *s, struct fp_standing *standing)
{
    const struct fp_listener *listener = fp_find_listener(&s->packet.dst, s->generation);
    const struct fp_client *client;

    if (!listener)
        return 0;
    client = fp_find_source(s);
    standing->src = s->packet.src;
    standing->dst = s->packet.dst;
    standing->generation = s->generation;
    standing->is_known = 1;
    standing->is_admitted = client && client->allowed;
    standing->is_upstream = client && client->is_upstream;
    standing->pool = client && client->pool != FP_POOL_NONE ? client->pool : listener->pool;
    standing->view = client && client->view != FP_VIEW_NONE ? client->view : listener->view;
    return 1;
}

/*
 * Is it us who is asked, by whom, and may it ask? NULL where it is not us. Sets pool, view, and whether it is an upstream. Rows of a
 * generation never change once it is in force, so what was read of them stays true for it.
 */
static __always_inline const struct fp_standing *fp_find_standing(struct fp_scratch *s)
{
    struct fp_standing *standing = fp_standing_place(s);

    if (!fp_is_standing_of(standing, s) && !fp_read_standing(s, standing))
        return 0;
    s->pool = standing->pool;
    s->question.view = standing->view;
    s->from_upstream = standing->is_upstream;
    return standing;
}

#endif
