/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * route.h - from a name to the pool that resolves it: the longest zone that claims it, at label boundaries.
 *
 * One look-up for each suffix of the name that could be a zone; which could be is known from a filter by length and number of
 * labels, so that neither many zones nor many labels make it slow.
 */
#ifndef FASTPATH_LIB_ROUTE_H
#define FASTPATH_LIB_ROUTE_H

#include <bpf/bpf_helpers.h>

#include <dns_fastpath/dns_wire.h>
#include <dns_fastpath/steer.h>

#include "lib/scratch.h"
#include "maps.h"

#define FP_NAME_MASK (FP_DNS_NAME_MAX)

static __always_inline __u32 fp_count_labels(const __u8 *name)
{
    __u32 offset = 0;
    __u32 labels;

    for (labels = 0; labels < FP_DNS_LABELS_MAX; labels++) {
        const __u32 len = name[offset & FP_NAME_MASK];

        if (len == 0)
            break;
        offset += len + 1;
    }
    return labels;
}

/* The pool of the zone that is the last `len` octets of the name, -1 where there is none. */
static __always_inline int fp_pool_of_zone(struct fp_scratch *s, const __u8 *zone, __u32 len)
{
    struct fp_route_key *key = &s->route_key;
    const struct fp_route *route;

    __builtin_memset(key->zone, 0, sizeof(key->zone));
    len &= FP_NAME_MASK;
    if (bpf_probe_read_kernel(key->zone, len, zone))
        return -1;
    route = bpf_map_lookup_elem(&routes, key);
    return route ? route->pool : -1;
}

/* For names with a route: its pool; else -1. Of the packet in the scratch. */
__noinline int fp_pool_of_name(void)
{
    struct fp_scratch *s = fp_find_scratch();
    const struct fp_route_filter *filter;
    __u32 number, labels, offset = 0;
    const __u8 *name;

    if (!s)
        return -1;
    number = s->generation & 1;
    filter = bpf_map_lookup_elem(&route_filter, &number);
    if (!filter)
        return -1;
    name = (const __u8 *)s->lower;
    /* Through memory, so that the verifier goes on once and not once for each number of labels. */
    *(volatile __u32 *)&s->labels = fp_count_labels(name);
    labels = *(volatile __u32 *)&s->labels;
    s->route_key.generation = s->generation;
    s->route_key.pad = 0;
    for (__u32 i = 0; i <= FP_DNS_LABELS_MAX; i++) {
        const __u32 at = offset & FP_NAME_MASK;
        const __u32 rest = (s->question.name_len - at) & FP_NAME_MASK;
        const __u32 bit = labels < FP_ROUTE_LABELS_LAST ? labels : FP_ROUTE_LABELS_LAST;

        if (filter->labels[rest] & 1U << bit) {
            const int pool = fp_pool_of_zone(s, name + at, rest);

            if (pool >= 0) {
                s->way.zone_len = rest;
                return pool;
            }
        }
        if (name[at] == 0)
            break;
        offset = at + name[at] + 1;
        labels--;
    }
    return -1;
}

#endif
