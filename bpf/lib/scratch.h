/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * scratch.h - where the walk keeps what it has learned of a packet: a per-CPU map value, not the stack.
 *
 * The stack is too small for a name, and the verifier forgets what goes through map memory. That is wanted here: with the
 * offsets on the stack it would follow the rest of the program once for each VLAN depth, IP version and number of labels.
 * Whoever reads a field back masks or compares it before it becomes an offset.
 */
#ifndef FASTPATH_LIB_SCRATCH_H
#define FASTPATH_LIB_SCRATCH_H

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include <dns_fastpath/abi.h>
#include <dns_fastpath/cache.h>
#include <dns_fastpath/dns_wire.h>
#include <dns_fastpath/events.h>
#include <dns_fastpath/hash.h>
#include <dns_fastpath/steer.h>

/* The longest eligible query after its header: name, type, class, OPT with one cookie. */
#define FP_QUESTION_MAX (FP_DNS_NAME_MAX + FP_DNS_QTAIL_LEN + FP_DNS_OPT_LEN + 4 + FP_EDNS_COOKIE_MAX)
#define FP_QUESTION_BUFFER 512 /* a power of two above it: offsets are masked */

/* Ethernet, two VLAN tags, IPv6, UDP, DNS header, question: what stands before the body of an answer. */
#define FP_HEADERS_MAX (14 + 8 + 40 + 8 + FP_DNS_HEADER_LEN + FP_DNS_NAME_MAX + FP_DNS_QTAIL_LEN)

/* From Ethernet to UDP. Addresses are mapped where IPv4; offsets count from the start of the frame. */
struct fp_packet {
    struct fp_addr src;
    struct fp_addr dst;
    __u16 src_port; /* network byte order */
    __u16 dst_port; /* network byte order */
    __u16 l3;       /* offset of the IP header */
    __u16 l4;       /* offset of the UDP header */
    __u16 udp_len;  /* host byte order */
    __u16 frame_len;
    __u8 is_ipv6;
    __u8 protocol; /* of IP; 0 = none that we know of */
    __u8 pad[2];
};

/* The DNS question and what the client said about the answer it takes. */
struct fp_question {
    struct fp_key key;
    __u64 name_sum; /* one's-complement sum of the name as sent, 16-bit host loads, not folded */
    __u16 id;       /* network byte order */
    __u16 flags;    /* host byte order */
    __u16 qtype;
    __u16 limit; /* octets of UDP payload the client takes from us */
    __u16 view;
    __u8 name_len;
    __u8 query_bits; /* FP_QUERY_* */
    __u8 has_opt;
    __u8 has_additional;
    __u8 pad[2];
};

/* The limit by which answers differ: see fp_is_complete_for(). */
static __always_inline __u16 fp_opt_limit(const struct fp_question *q)
{
    return q->has_opt ? q->limit : 0;
}

/* How the answer's body becomes that of this reply. */
struct fp_giving {
    __u32 ttl_keep; /* a TTL given = (TTL as learned & ttl_keep) - ttl_less */
    __u32 ttl_less;
    struct fp_turned_rrset rrset;
    __u16 turn_first; /* struct fp_turn; 0 = as learned */
    __u16 swap_step;  /* struct fp_swapped_rrset; 0 = as learned */
    __u16 swap_at;    /* of the body: the first address, and the one that changes places with it */
    __u16 swap_other;
};

/* Who resolves a miss, once it is chosen. */
struct fp_way {
    __u8 chosen;
    __u8 outcome; /* enum fp_outcome: steered, or the resolver of this host and why */
    __u16 upstream;
    __u16 pool;    /* by the name, the client or the listen address */
    __u8 zone_len; /* of the zone that decided it; 0 = none did */
    __u8 attempt;  /* of the client with this query, from 0 */
};

/* The count-down to the next sample, of this CPU (lib/sample.h). All zeros: the next query is one. */
struct fp_sampler {
    __u32 left;   /* of the step */
    __u32 step;   /* queries in it */
    __u32 rest;   /* of the count-down, this step included */
    __u32 passed; /* queries since the last sample, but for this step */
    __u32 mean;
    __u32 pad;
    __u64 taken_ns; /* the last sample */
};

/* What the rows of a generation say of a source that asks one of our addresses (lib/acl.h). All zeros: nothing is known. */
struct fp_standing {
    struct fp_addr src;
    struct fp_addr dst;
    __u32 generation;
    __u16 pool; /* FP_POOL_NONE and FP_VIEW_NONE are resolved already */
    __u16 view;
    __u8 is_known;
    __u8 is_admitted;
    __u8 is_upstream;
    __u8 pad[5];
};

#define FP_STANDINGS 64 /* a power of two */

/* In the order of use: what a hit touches lies together, in few cache lines. */
struct fp_scratch {
    struct fp_packet packet;
    struct fp_question question;
    struct fp_way way;
    __u32 generation; /* of the config that this packet sees */
    __u32 egress;     /* ifindex by which the packet leaves; 0 = that by which it came */
    __u16 pool;       /* by client and listen address */
    __u8 from_upstream;
    __u8 captured;    /* the packet is kept as it came (lib/capture.h) */
    __u8 given_rcode; /* of the answer that is on its way */
    __u8 pad[3];
    struct fp_sampler sampler;
    struct fp_giving giving;
    struct fp_dns_header header; /* the message as sent: its header, */
    union {
        __u8 octets[FP_QUESTION_BUFFER];
        __u64 words[FP_QUESTION_BUFFER / 8];
    } wire;                          /* and the rest of it */
    __u64 lower[FP_HASH_NAME_WORDS]; /* the name, lower-cased, padded with zeros */
    struct fp_standing standings[FP_STANDINGS];
    struct fp_client_key client;
    __u32 labels; /* of the name */
    __u64 throws; /* of the dice, since the programs were loaded (lib/random.h) */
    struct fp_open_query_key open_key;
    struct fp_open_query open;
    struct fp_refresh wish;
    struct fp_flow_key flow_key;
    struct fp_flow flow;
    struct fp_route_key route_key;
    struct bpf_fib_lookup fib;
    struct bpf_sock_tuple tuple;
    __u32 pad2;
    __u8 headers[FP_QUESTION_BUFFER]; /* while the head of the packet moves */
    __u8 turned[2 * FP_BODY_MAX];     /* an RRset while it is turned: start and length are bounded each for itself */
};
FP_STATIC_ASSERT(__builtin_offsetof(struct fp_scratch, wire) % 8 == 0, "names are read in words");
FP_STATIC_ASSERT(__builtin_offsetof(struct fp_scratch, wire) ==
                     __builtin_offsetof(struct fp_scratch, header) + FP_DNS_HEADER_LEN,
                 "one load brings header and question");

#endif
