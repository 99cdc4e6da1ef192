/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * steer.h - misses that go to other resolvers: upstreams, the tables that choose one, routes by zone, and open flows.
 *
 * The daemon decides who may be chosen and writes it down; the programs choose and translate. Numbers of pools are those of
 * the generation in which they were written (config.h).
 */
#ifndef DNS_FASTPATH_STEER_H
#define DNS_FASTPATH_STEER_H

#include <dns_fastpath/abi.h>
#include <dns_fastpath/dns_wire.h>
#include <dns_fastpath/hash.h>

#define FP_UPSTREAMS_MAX 1024 /* over all pools: elements of the map `upstreams` */
#define FP_MEMBERS_MAX 256    /* upstreams of one pool */
#define FP_POOLS_MAX 256      /* of one generation */
#define FP_UPSTREAM_NONE 0xffff
#define FP_LABEL_TEXT_MAX 64 /* pool and az as people read them, with the final 0 */

enum fp_upstream_state {
    FP_UPSTREAM_UNUSED,
    FP_UPSTREAM_UNKNOWN, /* not probed yet: gets nothing */
    FP_UPSTREAM_UP,
    FP_UPSTREAM_DOWN
};

/*
 * Map `upstreams`: one element for each upstream of each pool, the same one as long as pool and address are in the config.
 * The first half is the daemon's (`drained` is dns-fastpathctl's), the second the programs'.
 */
struct fp_upstream {
    struct fp_addr address; /* all zeros where is_local */
    __u32 state;            /* enum fp_upstream_state */
    __u32 drained;          /* 1 = gets nothing until undrained */
    __u32 is_local;         /* the resolver on this host */
    __u32 tier;             /* 0 = of this AZ, or local; 1 = of another */
    __u32 weight;
    __u32 max_qps;            /* 0 = no limit */
    __u64 query_ns;           /* what a query costs of the budget of max_qps: ns per query; 0 = nothing */
    __u64 burst_ns;           /* how much of it may be used ahead of time */
    __u64 state_since_ns;     /* CLOCK_MONOTONIC */
    __u64 timeouts;           /* queries that were not answered in time */
    __u32 queries_per_second; /* these three over the last second, by the daemon's clock */
    __u32 unanswered_ppm;     /* of the queries */
    __u32 rtt_us;             /* mean of the answers; 0 = none */
    __u32 pad;
    char pool[FP_LABEL_TEXT_MAX];
    char az[FP_LABEL_TEXT_MAX];
    __u64 pad2[5];
    __u64 paid_until_ns; /* the token bucket: when all queries so far are paid for (GCRA, ITU-T I.371) */
    __u64 pad3[7];
};
FP_STATIC_ASSERT(sizeof(struct fp_upstream) == 320, "each writer has cache lines of its own");

#define FP_RTT_BUCKETS 20
#define FP_RTT_FIRST_US 32 /* bucket i counts answers within 32 << i microseconds; the last one all others too */

/* Map `upstream_counters`: per CPU, numbered as `upstreams`. The daemon clears an element when its upstream is a new one. */
struct fp_upstream_counters {
    __u64 queries;
    __u64 responses;
    __u64 unreachable; /* ICMP errors about our queries */
    __u64 servfail;    /* responses by RCODE, where that is the upstream's own trouble */
    __u64 refused;
    __u64 rtt_ns; /* sum over the responses */
    __u64 rtt[FP_RTT_BUCKETS];
};

/*
 * Map of maps `tables`: one Maglev table (Eisenbud et al., NSDI 2016, 3.4) for each pool, family and tier that has an
 * upstream which may be chosen, at fp_table_number(). A new table is put in its place by one write.
 */
#define FP_MAGLEV_SIZE 16381 /* a prime, and 64 entries for each of 256 members */
#define FP_TIERS 2
#define FP_TABLES_MAX (2 * FP_POOLS_MAX * 2 * FP_TIERS)

struct fp_table {
    __u32 members;                /* how many: at least 1 */
    __u16 member[FP_MEMBERS_MAX]; /* numbers of upstreams, each once */
    __u16 entry[FP_MAGLEV_SIZE];  /* numbers of upstreams */
    __u16 pad;
};
FP_STATIC_ASSERT(sizeof(struct fp_table) % 8 == 0, "no hidden padding");

/*
 * Map `table_places`, one element: a bit for each place of `tables` that may hold one, set before and cleared after. Userspace's own,
 * for its look at such a place makes kernels before 6.8 wait for all CPUs: half a minute for all places.
 */
struct fp_table_places {
    __u64 words[FP_TABLES_MAX / 64];
};

/* `pool` of generation g lies in half g & 1. */
static inline __u32 fp_table_number(__u32 generation, __u32 pool, __u32 is_ipv6, __u32 tier)
{
    return (((generation & 1) * FP_POOLS_MAX + pool) * 2 + (is_ipv6 ? 1 : 0)) * FP_TIERS + tier;
}

/*
 * By what an upstream is chosen: the lower-cased name alone, and without a secret, so that all fast-path hosts send one name to
 * the same upstream and its cache stays hot. Over the words of fp_lower8(), padded with zeros.
 */
static inline __u64 fp_name_hash_add(__u64 hash, __u64 word)
{
    hash = (hash ^ word) * 0x9e3779b97f4a7c15ULL;
    return hash ^ hash >> 29;
}

/* Where in a table the search for an upstream begins. */
static inline __u32 fp_maglev_index(__u64 hash)
{
    return (hash >> 16) % FP_MAGLEV_SIZE;
}

/*
 * Routes by zone, map `routes`. A zone claims its name and all names below it; the longest zone wins.
 */
struct fp_route_key {
    __u32 generation;
    __u32 pad;
    __u8 zone[FP_DNS_NAME_MAX + 1] __attribute__((aligned(8))); /* wire format, lower-cased, padded with zeros */
};

struct fp_route {
    __u16 pool;
    __u16 pad;
};

/* Map `route_filter`, at generation & 1: which suffixes of a name are worth a look-up, so that names without a route cost none. */
#define FP_ROUTE_LABELS_LAST 31

struct fp_route_filter {
    /* [octets of the zone on the wire, root label included]: bit n = there is one of n labels (the root has 0), bit 31 = of 31 or more */
    __u32 labels[FP_DNS_NAME_MAX + 1];
};

/*
 * Map `views`: the name of each view, at its number; 0 is "default". Written by the daemon, which never gives a number to another
 * name: answers in the cache go by it.
 */
#define FP_VIEWS_MAX 1024

struct fp_view {
    char name[FP_LABEL_TEXT_MAX];
};

/*
 * Map `interfaces`, by ifindex: those that steered queries may leave by, and the addresses that they leave with. Interfaces with
 * the programs, and VLAN interfaces upon these: what leaves by one of them leaves by its parent, with its tag.
 */
#define FP_SOURCES_MAX 16

struct fp_interface {
    __u32 parent;  /* ifindex; 0 = it is no VLAN interface */
    __u16 vlan_id; /* host byte order */
    __u16 pad;
    __u32 sources[2]; /* how many: IPv4, IPv6 */
    struct fp_addr source[2][FP_SOURCES_MAX];
};

/*
 * An open flow (map `flows`): what an answer must match, and how it comes home. Address translation as of a router; nothing
 * is encapsulated.
 */
struct fp_flow_key {
    struct fp_addr upstream;
    struct fp_addr source; /* the address of ours that asked */
    __u16 port;            /* of ours, network byte order */
    __u16 id;              /* on that side, network byte order */
    __u32 pad;
};

#define FP_L2_MAX 22 /* Ethernet and two VLAN tags */

struct fp_flow {
    struct fp_addr client;
    struct fp_addr listener; /* the address that the client asked */
    struct fp_key key;
    __u64 asked_ns;    /* CLOCK_MONOTONIC */
    __u32 ifindex;     /* where the client is */
    __u16 client_port; /* network byte order */
    __u16 client_id;   /* network byte order */
    __u16 upstream;
    __u16 limit; /* as in struct fp_open_query */
    __u16 view;
    __u8 query_bits;
    __u8 l2_len;
    __u8 l2[FP_L2_MAX]; /* the header of the client's frame, as it came */
    __u8 pad[2];
};
FP_STATIC_ASSERT(sizeof(struct fp_flow) == 96, "no hidden padding");

/*
 * Map `attempts`: which queries were asked a moment ago, so that a client's retry goes to the next upstream. A table without
 * chains: a collision is taken for no retry. Words of tag (40 bits), seconds (16) and attempts (8).
 */
#define FP_ATTEMPTS_SLOTS 65536

/*
 * Map `asking`: of the flows whose key falls into a slot, the one whose answer is learned. Many equal questions open at once
 * would give a forger as many chances (RFC 5452 6); so only the first is learned from, until it is answered, or for this long.
 */
#define FP_ASKING_SLOTS 65536
#define FP_ASKING_MS 1000

struct fp_asking {
    __u16 port;     /* of ours, network byte order; 0 = none */
    __u16 id;       /* network byte order */
    __u32 asked_ms; /* CLOCK_MONOTONIC */
};
FP_STATIC_ASSERT(sizeof(struct fp_asking) == 8, "written as one word");

#endif
