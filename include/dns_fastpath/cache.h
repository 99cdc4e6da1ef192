/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * cache.h - the answer cache as it lies in the maps.
 *
 *   answer_index   element 0 says how many buckets are in use, which grows with the cache, so that a small one lies in few pages; the
 *                  buckets follow. hash[0] picks one, the low half of hash[1] is the tag
 *   answers_small, answers_medium, answers_large
 *                  arrays of chunks (array-of-maps); a chunk is an array of slots, a slot holds one answer
 *
 * The daemon is the only writer (but for `last_used`, `refresh_at` and `stale_from`, which the programs write, and for a flush by
 * dns-fastpathctl, which sets `lifetime` to 0). It writes a slot while nothing points at it, then publishes it with one 64-bit
 * store into a way of the bucket. A slot that was taken out of the index is written again only after an RCU grace period, so a
 * program that found it reads it whole: see userspace/cache/README.md.
 * A kernel hash map cannot promise that; it reuses elements at once.
 */
#ifndef DNS_FASTPATH_CACHE_H
#define DNS_FASTPATH_CACHE_H

#include <dns_fastpath/abi.h>
#include <dns_fastpath/dns_wire.h>
#include <dns_fastpath/hash.h>

#define FP_BUCKET_WAYS 8

/* A way: 0 = empty, else tag (low 32 bits), size class (2 bits), slot number (30 bits). Tags are unique within a bucket. */
struct fp_bucket {
    __u64 way[FP_BUCKET_WAYS];
};
FP_STATIC_ASSERT(sizeof(struct fp_bucket) == 64, "a bucket is one cache line");

#define FP_BUCKETS_AT 1 /* of answer_index */

/* `index_head` is element 0 of answer_index: the buckets in use, a power of two, less 1. Changes while programs run. */
static inline __u32 fp_bucket_mask(const struct fp_bucket *index_head)
{
    return (__u32) * (const volatile __u64 *)&index_head->way[0];
}

static inline __u32 fp_way_tag(const struct fp_key *key)
{
    return (__u32)key->hash[1];
}

static inline __u64 fp_way_make(__u32 tag, __u32 size_class, __u32 slot)
{
    return (__u64)tag | (__u64)(size_class + 1) << 32 | (__u64)slot << 34;
}

static inline __u32 fp_way_class(__u64 way)
{
    return ((__u32)(way >> 32) & 3) - 1;
}

static inline __u32 fp_way_slot(__u64 way)
{
    return (__u32)(way >> 34);
}

/*
 * One answer: all that follows the question of a response. Counters, lengths and flags are in host byte order. Sums are
 * one's-complement sums of 16-bit host loads, folded, as if the body began at an even offset.
 *
 * Ageing: a TTL given out = the TTL as learned - seconds since `born`; the answer is fresh while that is below `lifetime`.
 * `born` lies on a second of the resolver's wall clock, so that ours and its TTLs go down together. An "age" is in seconds
 * since `born`. An answer of a snapshot may be older than this boot: then `born` is below 0, as a signed number.
 */
struct fp_answer {
    struct fp_key key;
    __u64 born;       /* CLOCK_MONOTONIC ns, modulo 2^64 */
    __u32 lifetime;   /* seconds; 0 = flushed, gives no answer, stale ones neither */
    __u32 last_used;  /* age, written by hits at most once a second */
    __u32 refresh_at; /* age from which on a hit asks the daemon for a refresh, which moves it on; ~0 = never */
    __u32
        stale_from; /* age from which on it is given stale, because the resolver owes or failed the answer; 0 = it does not */
    __u16 body_sum;
    __u16 ttl_sum;  /* share of the TTL fields in body_sum */
    __u16 flags;    /* AA, RA, AD and RCODE of the response (dns_wire.h) */
    __u16 body_len; /* answer, authority and additional records without OPT */
    __u16
        lead_len; /* of the first RRset, without its signatures: what does not fit even that gets TC=1 and no records */
    __u16 limit;  /* of the query that it answered: payload size in its OPT, 0 without OPT. A larger one is owed more */
    __u16 qtype;
    __u16 view;
    __u8 ancount; /* the sum of the three counts is the number of TTLs in the body */
    __u8 nscount;
    __u8 arcount; /* without OPT */
    __u8 ttl_odd; /* TTL fields at an odd offset of the body */
    __u8 name_len;
    __u8 query_bits; /* FP_QUERY_* */
    __u8 turn_count; /* other orders in which its records may be given: see fp_turn; or FP_TURNS_SWAPPED */
    __u8 bridge;     /* seconds beyond `lifetime` in which it is given with TTL 0, while its refresh is on the way */
};
FP_STATIC_ASSERT(sizeof(struct fp_answer) == 64, "the head of an answer is one cache line");

/*
 * Rotation (RFC 1794): the records of one RRset lie `len` octets long from `at` of the body, and no name points into them. A
 * turn gives them from octet `first` on to the end, then those before it; with the sums of the body that this makes.
 */
struct fp_turned_rrset {
    __u16 at;
    __u16 len;
};

struct fp_turn {
    __u16 first;
    __u16 body_sum;
    __u16 ttl_sum;
    __u16 ttl_odd;
};

#define FP_TURNS_MAX 15 /* beside the order as learned */

/*
 * Addresses, which most RRsets of several records are, take turns at a fraction of that cost: `count` records of `step` octets
 * each, the RDATA of the first at `at` of the body. One of them and the first change places, and no sum changes.
 */
struct fp_swapped_rrset {
    __u16 at;
    __u16 step;
    __u16 count;
};

#define FP_TURNS_SWAPPED 255 /* a turn_count: there is a fp_swapped_rrset, and no list */
#define FP_SWAPPED_STEP_A 16 /* an owner that is a pointer, and RDATA of 4 octets */
#define FP_SWAPPED_STEP_AAAA 28

/* A refresh is asked for again after this long (RFC 8767 5: "no more often than every 30 seconds"). */
#define FP_REFRESH_RETRY 30
#define FP_REFRESH_NEVER 0xffffffffU

/* How long the resolver may take for a name of which there is a stale answer; RFC 8767 5 has 1.8 s, ages have whole seconds. */
#define FP_ANSWER_WAIT 3

/*
 * Size classes: name, room for `front`, room for `body`, slots per chunk.
 * `front` holds the lower-cased qname padded with zeros to a multiple of 8, the offset of each TTL in the body (__u16), and where
 * turn_count is not 0 a fp_turned_rrset and the fp_turns, or a fp_swapped_rrset.
 * Front and body lie at fixed places, because a verifier proves a fixed sum of two bounds and no other.
 */
#define FP_ANSWER_CLASSES(X)  \
    X(small, 64, 128, 8192)   \
    X(medium, 192, 512, 2048) \
    X(large, 560, 1232, 1024)

#define FP_X(name, front_size, body_size, slots)                                                 \
    struct fp_answer_##name {                                                                    \
        struct fp_answer head;                                                                   \
        __u8 front[front_size];                                                                  \
        __u8 body[body_size];                                                                    \
    };                                                                                           \
    FP_STATIC_ASSERT(sizeof(struct fp_answer_##name) % 64 == 0, "answers begin on cache lines"); \
    enum { FP_CHUNK_SLOTS_##name = (slots) };
FP_ANSWER_CLASSES(FP_X)
#undef FP_X

enum fp_answer_class {
#define FP_X(name, front_size, body_size, slots) FP_ANSWER_##name,
    FP_ANSWER_CLASSES(FP_X)
#undef FP_X
        FP_ANSWER_CLASS_COUNT
};
FP_STATIC_ASSERT(FP_ANSWER_CLASS_COUNT == 3, "two bits of a way name the class");

#define FP_CHUNKS_MAX 8192 /* of one class */
#define FP_TTL_MAX 152     /* TTL offsets that fit beside the longest name: (560 - 256) / 2 */
#define FP_BODY_MAX 1232

static inline __u32 fp_pad8(__u32 n)
{
    return (n + 7) & ~7U;
}

#endif
