/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * hit_cost.h - what hit_cost.cpp puts into the maps of hit_cost.bpf.c.
 */
#ifndef FASTPATH_BENCH_HIT_COST_H
#define FASTPATH_BENCH_HIT_COST_H

#include <linux/types.h>

#define BENCH_QUERY_MAX 512
#define BENCH_BODY_MAX 1280

/* The packet that every repeat begins with. */
struct bench_query {
    __u32 len;
    __u32 name_len;
    __u8 octets[BENCH_QUERY_MAX];
};

/* The first 16 octets of the name. */
struct bench_floor_key {
    __u64 word[2];
};

/* What the floor program appends to the query. */
struct bench_floor_body {
    __u32 len;
    __u8 octets[BENCH_BODY_MAX];
};

#endif
