/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * hash.h - the key of the answer cache: NH of UMAC (RFC 4418 5.2.2) over the lower-cased wire name, 128 bits wide.
 *
 * Why NH: the client chooses the name, so the hash has to be keyed. NH is universal by proof (two given names collide with
 * probability 2^-64 over the random key), costs one 32x32 multiplication per four octets and lane, and its products do not
 * wait for each other. The finaliser spreads the sums over all bits, because bucket and tag are cut out of them.
 *
 * Words are read in host byte order: keys are never compared between machines.
 */
#ifndef DNS_FASTPATH_HASH_H
#define DNS_FASTPATH_HASH_H

#include <dns_fastpath/abi.h>

#define FP_HASH_NAME_WORDS 32 /* 8-octet words of the longest name, padded with zeros */
#define FP_HASH_LANE_SHIFT 4  /* the second lane uses the same key, shifted (Toeplitz, RFC 4418 5.2) */
FP_STATIC_ASSERT(FP_HASH_KEY_WORDS == 2 * (1 + FP_HASH_NAME_WORDS) + FP_HASH_LANE_SHIFT,
                 "key covers the longest input");

/* Query bits that are part of the key: answers differ by them. */
#define FP_QUERY_DO 0x01
#define FP_QUERY_CD 0x02
#define FP_QUERY_AD 0x04

struct fp_key {
    __u64 hash[2];
};

/* Eight octets to lower case at once; only A-Z change. Length octets (0-63) are below 'A', so whole wire names may pass. */
static inline __u64 fp_lower8(__u64 w)
{
    const __u64 heptets = w & 0x7f7f7f7f7f7f7f7fULL;
    const __u64 at_least_a = heptets + 0x3f3f3f3f3f3f3f3fULL; /* bit 7 where the octet >= 'A' */
    const __u64 above_z = heptets + 0x2525252525252525ULL;    /* bit 7 where the octet >  'Z' */
    const __u64 upper = (at_least_a ^ above_z) & ~w & 0x8080808080808080ULL;

    return w | (upper >> 2);
}

/* Adds word `i` of the input (0 is fp_hash_head(), the name follows) to both lanes. */
static inline void fp_hash_add(struct fp_key *sum, const __u32 *key, __u32 i, __u64 word)
{
    const __u32 lo = (__u32)word;
    const __u32 hi = (__u32)(word >> 32);
    const __u32 *k = key + 2 * i;

    sum->hash[0] += (__u64)(__u32)(lo + k[0]) * (__u32)(hi + k[1]);
    sum->hash[1] += (__u64)(__u32)(lo + k[FP_HASH_LANE_SHIFT]) * (__u32)(hi + k[FP_HASH_LANE_SHIFT + 1]);
}

/* What beside the name makes two questions different. */
static inline __u64 fp_hash_head(__u16 qtype, __u8 query_bits, __u8 name_len, __u16 view)
{
    return (__u64)qtype | (__u64)query_bits << 16 | (__u64)name_len << 24 | (__u64)view << 32;
}

static inline __u64 fp_hash_mix(__u64 h)
{
    h ^= h >> 33;
    h *= 0xff51afd7ed558ccdULL;
    h ^= h >> 33;
    h *= 0xc4ceb9fe1a85ec53ULL;
    return h ^ h >> 33;
}

static inline void fp_hash_finish(struct fp_key *sum)
{
    sum->hash[0] = fp_hash_mix(sum->hash[0]);
    sum->hash[1] = fp_hash_mix(sum->hash[1]);
}

#endif
