/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * events.h - what passes between a miss, the learner and the daemon; and samples of queries.
 */
#ifndef DNS_FASTPATH_EVENTS_H
#define DNS_FASTPATH_EVENTS_H

#include <dns_fastpath/abi.h>
#include <dns_fastpath/dns_wire.h>
#include <dns_fastpath/hash.h>

/*
 * A query that was passed to the resolver of this host and whose answer we want (map `open_queries`). Only an answer that
 * matches one is ever learned, and as many as were asked for. Also the one place where the query's AD bit survives.
 */
struct fp_open_query_key {
    struct fp_addr client;
    struct fp_addr server;
    __u16 client_port; /* network byte order */
    __u16 id;          /* network byte order */
    __u32 pad;
};

struct fp_open_query {
    struct fp_key key;
    __u64 asked_ns; /* CLOCK_MONOTONIC */
    __u16 limit;    /* payload size in the OPT of the query, at most ours; 0 = it had no OPT */
    __u16 view;
    __u8 query_bits;
    __u8 outstanding; /* answers to come */
    __u8 ambiguous;   /* they are to different queries: which answer is whose cannot be told, none is learned */
    __u8 pad;
    __u16 upstream; /* the resolver of this host as a member of its pool; FP_UPSTREAM_NONE = of none */
    __u16 pad2[3];
};

#define FP_OPEN_MAX 65536 /* elements of `open_queries`, and of `flows` */
#define FP_OPEN_QUERY_MAX_AGE_NS (10 * FP_NSEC_PER_SEC)

/* An answer worth caching (ring buffer `learned`), followed by `len` octets of DNS message. */
#define FP_LEARN_MAX 4096

struct fp_learned {
    struct fp_key key;
    __u64 seen_ns; /* CLOCK_MONOTONIC */
    __u16 len;
    __u16 limit; /* that of the open query */
    __u16 view;
    __u8 query_bits;
    __u8 pad;
};
FP_STATIC_ASSERT(sizeof(struct fp_learned) == 32, "event head");

/* An answer that wants a refresh (ring buffer `refreshes`): the daemon asks its question where a miss would be sent. */
struct fp_refresh {
    struct fp_key key;
    __u64 wanted_ns; /* CLOCK_MONOTONIC */
    __u16 pool;      /* of the client or listen address; a route by zone comes before it */
    __u8 is_ipv6;    /* the client's family */
    __u8 pad[5];
};

/*
 * Map `samples`: the last max_entries samples; sample number n lies at (n - 1) & (max_entries - 1). Weights add up to the number of
 * queries: each query is counted in the next sample that its CPU took. At low rates every query is a sample.
 */
struct fp_sample {
    __u64 number;  /* from 1; 0 while it is being written: read it before and after the rest */
    __u64 seen_ns; /* CLOCK_MONOTONIC */
    __u32 weight;  /* how many queries it stands for */
    __u16 qtype;   /* host byte order */
    __u8 result;   /* enum fp_result */
    __u8 name_len; /* octets of name; 0 = the question was not read */
    struct fp_addr client;
    __u8 name[FP_DNS_NAME_MAX + 1]; /* wire format, lower case, padded with zeros */
};
FP_STATIC_ASSERT(sizeof(struct fp_sample) == 296, "no hidden padding");

/* Map `sampled`, one element: how many there were, over restarts of the daemon. */
struct fp_sampled {
    __u64 samples;
};

#endif
