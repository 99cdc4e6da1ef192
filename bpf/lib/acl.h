/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * acl.h - who is asked, and who may ask: one look-up of the destination, one of the source.
 */
#ifndef FASTPATH_LIB_ACL_H
#define FASTPATH_LIB_ACL_H

#include <bpf/bpf_helpers.h>

#include <dns_fastpath/config.h>

#include "lib/scratch.h"
#include "maps.h"

static __always_inline const struct fp_listener *fp_find_listener(const struct fp_addr *address)
{
    return bpf_map_lookup_elem(&listeners, address);
}

/* NULL where the client may not ask. */
static __always_inline const struct fp_client *fp_find_client(struct fp_scratch *s)
{
    const struct fp_client *client;

    s->client.prefix_len = 128;
    s->client.addr = s->packet.src;
    client = bpf_map_lookup_elem(&clients, &s->client);
    return client && client->allowed ? client : 0;
}

#endif
