/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * explain.h - what the program `explain` says of a packet: the walk of `fastpath` itself, with every write to a map left out. It
 * returns the outcome (enum fp_outcome) and leaves the packet as `fastpath` would.
 */
#ifndef DNS_FASTPATH_EXPLAIN_H
#define DNS_FASTPATH_EXPLAIN_H

#include <dns_fastpath/abi.h>
#include <dns_fastpath/cache.h>
#include <dns_fastpath/config.h>
#include <dns_fastpath/steer.h>

/* Map `explanation`, one element: the last packet, what was decided, and by what. Of what the walk did not come to, zeros. */
struct fp_explanation {
    __u64 now_ns;     /* CLOCK_MONOTONIC */
    __u32 outcome;    /* enum fp_outcome */
    __u32 verdict;    /* enum xdp_action: what `fastpath` would return */
    __u32 generation; /* of the config */
    __u32 egress;     /* ifindex by which it leaves; 0 = that by which it came */

    /* Where a question was read. */
    struct fp_key key;
    __u16 qtype;
    __u16 limit; /* octets of UDP payload that the client takes from us */
    __u16 view;
    __u16 pool;      /* by client and listen address */
    __u8 name_len;   /* 0 = the question was not read */
    __u8 query_bits; /* FP_QUERY_* */
    __u8 has_opt;
    __u8 from_upstream; /* the client is an upstream itself */

    /* Who resolves it, where that was asked: for misses, and for expired answers. */
    __u8 way_chosen;
    __u8 way_outcome;   /* enum fp_outcome: miss_steered, or miss_ and why not */
    __u8 zone_len;      /* octets on the wire of the zone in `routes` that claims the name; 0 = none does */
    __u8 upstream_tier; /* as in struct fp_upstream */
    __u16 way_pool;     /* by the zone, or as `pool` */
    __u16 upstream;     /* its number; FP_UPSTREAM_NONE = none */
    __u16 attempt;      /* of the client with this port and id, from 0 */
    __u16 pad;
    struct fp_addr source; /* of the query on its way to the upstream; all zeros = it does not go there */

    /* What the cache holds for the question, fresh or not. */
    __u32 has_entry;
    __u32 entry_age; /* seconds since entry.born */
    struct fp_answer entry;

    /* What is known of the resolver on this host. */
    __u8 daemon_alive;
    __u8 resolver_gone; /* by the daemon's word, or since queries went up and nothing came down */
    __u8 pad2[6];
    struct fp_resolver resolver;
};
FP_STATIC_ASSERT(sizeof(struct fp_explanation) == 24 + 16 + 8 + 4 + 4 + 8 + 16 + 8 + 64 + 8 + 128, "no hidden padding");

#endif
