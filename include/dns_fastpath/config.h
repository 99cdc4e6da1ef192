/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * config.h - what the programs are told: constants fixed at load (rodata) and maps that a reload may change.
 *
 * Generations: a reload writes listeners, clients, routes, tables and settings of the next generation beside those in use, and
 * then the number of it into `settings`. A packet reads that number once, so it sees the old config or the new one, never a
 * mix. The old rows are removed when no packet can be on its way with them any more.
 */
#ifndef DNS_FASTPATH_CONFIG_H
#define DNS_FASTPATH_CONFIG_H

#include <dns_fastpath/abi.h>

/* Fixed at load, kept in .rodata, so that the verifier and the JIT know the values. */
struct fp_config {
    __u32 sample_mask;   /* elements of samples - 1 */
    __u32 sample_gap_ns; /* samples of one CPU come no closer than this for long */
    __u32 explains;      /* 1 = nothing is written but the record of explain.h */
    __u32 hash_key[FP_HASH_KEY_WORDS];
    __u64 random_key[2]; /* of the generator of ports and ids (lib/random.h); new with each load */
};

enum fp_acl_action { FP_ACL_REFUSE, FP_ACL_DROP, FP_ACL_PASS };

enum fp_stale { FP_STALE_OFF, FP_STALE_ON_FAILURE, FP_STALE_ALWAYS };

/* Of one generation. */
struct fp_settings {
    __u16 payload_size;  /* edns.payload_size: the most we send, and what our OPT says */
    __u8 acl_action;     /* enum fp_acl_action: for clients that no allowed prefix covers */
    __u8 ignore_cookies; /* edns.cookies: 1 = a COOKIE option makes no difference, 0 = pass */
    __u32 stale_max_age; /* cache.stale_max_age: seconds beyond its lifetime in which an answer may be given */
    __u32 stale_ttl;     /* cache.stale_ttl: seconds, the TTL of every record of a stale answer */
    __u8 stale;          /* cache.stale: enum fp_stale */
    __u8 prefetch;       /* cache.prefetch */
    __u8 steers;         /* some pool has an upstream other than this host's resolver */
    __u8 has_routes;
    __u16 first_port;      /* steering.source_ports */
    __u16 ports;           /* how many */
    __u32 client_query_ns; /* rate_limit.per_client_qps: what a query costs of its client's second; 0 = no limit */
    __u64 flow_life_ns;    /* steering.timeout */
};

/* Map `settings`, one element. */
struct fp_generations {
    __u32 generation;
    __u16
        first_answer_port; /* answers of upstreams come to these: steering.source_ports, and for a while those of before a reload */
    __u16 answer_ports;
    struct fp_settings settings[2]; /* at generation & 1 */
};

/* Map `listeners`: addresses we answer on. */
struct fp_listener_key {
    __u32 generation;
    struct fp_addr addr;
};

struct fp_listener {
    __u16 view;
    __u16 pool;
    __u32 pad;
};

/*
 * Map `clients`: longest prefix match over generation and mapped address: an IPv6 prefix /n is /(32+n), an IPv4 prefix /n is
 * /(32+96+n). No match: not allowed. Also who is an upstream itself: what it asks is never steered again.
 */
#define FP_POOL_NONE 0xffff
#define FP_VIEW_NONE 0xffff
#define FP_CLIENT_PREFIX_BITS 32 /* of the generation */

struct fp_client_key {
    __u32 prefix_len;
    __u32 generation;
    struct fp_addr addr;
};

struct fp_client {
    __u8 allowed;
    __u8 is_upstream;
    __u16 view; /* FP_VIEW_NONE: that of the listener */
    __u16 pool; /* FP_POOL_NONE: that of the listener */
    __u16 pad;
};

/*
 * Map `client_rates`: who asks how much, where a rate limit is set. By address: an IPv4 client, or the /64 of an IPv6 one, with
 * zeros behind it, because a single host may use all addresses of that.
 */
struct fp_client_rate {
    __u64 paid_until_ns; /* when all its queries so far are paid for, as in struct fp_upstream */
};

/*
 * So much of a client's rate may be used ahead of time: what it may ask in a second, it may ask at once; and at least some, for
 * with less than that a bucket runs over while a client that asks at random keeps below its rate.
 */
#define FP_CLIENT_BURST_QUERIES 8

static inline __u64 fp_client_burst_ns(__u64 query_ns)
{
    const __u64 least = FP_CLIENT_BURST_QUERIES * query_ns;

    return least > FP_NSEC_PER_SEC ? least : FP_NSEC_PER_SEC;
}

/* What the daemon's probes say of the resolver on this host. */
enum fp_resolver_state {
    FP_RESOLVER_UNKNOWN, /* not probed yet: taken for up */
    FP_RESOLVER_UP,
    FP_RESOLVER_DOWN,
    FP_RESOLVER_RECOVERING /* up again; stale answers are given while their refreshes are on the way, so that it is not flooded */
};

/*
 * Map `resolver`, one element. The first half is written by the daemon and holds while its heartbeat does; the second by the
 * programs: what they see themselves, so that stale answers work while the daemon is dead. Times are CLOCK_MONOTONIC ns.
 */
struct fp_resolver {
    __u32 state;         /* enum fp_resolver_state */
    __u32 takes_queries; /* 1 = it answers the daemon's own queries, so that refreshes work */
    __u64 state_since_ns;
    __u64 probed_ns; /* when a probe was last begun */
    __u64 pad[5];
    __u64 owed_since_ns; /* a query was passed, and since then it has sent no answer at all; 0 = it owes none */
    __u64 tried_ns;      /* when a query was last passed although it seemed to be gone */
    __u64 answered_ns;   /* when it last sent an answer, to the second */
    __u64 pad2[5];
};
FP_STATIC_ASSERT(sizeof(struct fp_resolver) == 128, "each writer has a cache line of its own");

/* Owing answers this long, it is taken for gone. */
#define FP_RESOLVER_SILENCE_NS FP_NSEC_PER_SEC
/* So long an answer is proof that it is there, whatever probes say. */
#define FP_RESOLVER_ANSWERS_NS (2 * FP_NSEC_PER_SEC)
/* So long a probe stands for the next one. */
#define FP_RESOLVER_PROBED_NS (3 * FP_NSEC_PER_SEC)
/* Where nobody probes, a query tries it again this often. */
#define FP_RESOLVER_RETRY_NS (5 * FP_NSEC_PER_SEC)
/* Down for longer, queries try it too: it may refuse the probes alone. */
#define FP_RESOLVER_DOUBT_NS (300 * FP_NSEC_PER_SEC)
/* Beyond this age of its heartbeat the daemon is dead, and what it said of the resolver is void. */
#define FP_HEARTBEAT_MAX_AGE_NS (30 * FP_NSEC_PER_SEC)

/*
 * Map `attachments`, keyed by ifindex: what the daemon put on an interface, so that a later daemon or dns-fastpathctl
 * removes exactly that.
 */
enum fp_attach_mode { FP_ATTACH_NATIVE, FP_ATTACH_GENERIC };

struct fp_attachment {
    char interface[16];
    __u64 netns; /* inode of the network namespace: interface numbers repeat in others */
    __u32 mode;  /* enum fp_attach_mode */
    __u32 tc_handle;
    __u32 tc_priority;
    __u8 owns_clsact; /* the clsact qdisc is ours */
    __u8 pad[3];
};

#endif
