/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * random.h - numbers that nobody can foretell: ports and ids of steered queries (RFC 5452 9.2).
 *
 * Not bpf_get_prandom_u32(): its generator is linear, and clients see some of its bits in the order of rotated records. This is
 * SipHash-2-4 (Aumasson and Bernstein 2012) of a counter, under a key that is new with each load.
 */
#ifndef FASTPATH_LIB_RANDOM_H
#define FASTPATH_LIB_RANDOM_H

#include <bpf/bpf_helpers.h>

#include <dns_fastpath/config.h>

#include "lib/scratch.h"
#include "maps.h"

#define FP_ROTATE_LEFT(x, bits) ((x) << (bits) | (x) >> (64 - (bits)))

struct fp_sip {
    __u64 v0, v1, v2, v3;
};

static __always_inline void fp_sip_round(struct fp_sip *s)
{
    s->v0 += s->v1;
    s->v1 = FP_ROTATE_LEFT(s->v1, 13) ^ s->v0;
    s->v0 = FP_ROTATE_LEFT(s->v0, 32);
    s->v2 += s->v3;
    s->v3 = FP_ROTATE_LEFT(s->v3, 16) ^ s->v2;
    s->v0 += s->v3;
    s->v3 = FP_ROTATE_LEFT(s->v3, 21) ^ s->v0;
    s->v2 += s->v1;
    s->v1 = FP_ROTATE_LEFT(s->v1, 17) ^ s->v2;
    s->v2 = FP_ROTATE_LEFT(s->v2, 32);
}

static __always_inline void fp_sip_word(struct fp_sip *s, __u64 word)
{
    s->v3 ^= word;
    fp_sip_round(s);
    fp_sip_round(s);
    s->v0 ^= word;
}

/* Of a message of eight octets, as the reference has it. */
static __always_inline __u64 fp_siphash(__u64 key0, __u64 key1, __u64 word)
{
    struct fp_sip s = {key0 ^ 0x736f6d6570736575ULL, key1 ^ 0x646f72616e646f6dULL, key0 ^ 0x6c7967656e657261ULL,
                       key1 ^ 0x7465646279746573ULL};

    fp_sip_word(&s, word);
    fp_sip_word(&s, 8ULL << 56);
    s.v2 ^= 0xff;
    fp_sip_round(&s);
    fp_sip_round(&s);
    fp_sip_round(&s);
    fp_sip_round(&s);
    return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

static __always_inline __u64 fp_random(struct fp_scratch *s)
{
    s->throws++;
    return fp_siphash(fp_config.random_key[0], fp_config.random_key[1],
                      s->throws ^ (__u64)bpf_get_smp_processor_id() << 48);
}

#endif
