/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * acl.h - the config that holds for a packet; who is asked, and who may ask: one look-up of the destination, one of the source.
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

/* May it ask? Sets pool, view, and whether it is an upstream. */
static __always_inline int fp_admit_client(struct fp_scratch *s, const struct fp_listener *listener)
{
    const struct fp_client *client = fp_find_source(s);

    s->from_upstream = client && client->is_upstream;
    if (!client || !client->allowed)
        return 0;
    s->pool = client->pool == FP_POOL_NONE ? listener->pool : client->pool;
    s->question.view = client->view == FP_VIEW_NONE ? listener->view : client->view;
    return 1;
}

#endif
