/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * packet_cost.h - what packet_cost puts into the maps of packet_cost.bpf.c.
 */
#ifndef FASTPATH_BENCH_PACKET_COST_H
#define FASTPATH_BENCH_PACKET_COST_H

#include <linux/types.h>

#define BENCH_PACKET_MAX 2048 /* a power of two: offsets are masked */
#define BENCH_VARIATIONS_MAX (1U << 18)
#define BENCH_NAME_VARIED 8
#define BENCH_BODY_MAX 1280

/* The packet that every repeat begins with, but for what varies. Where a packet has no such field, its place is 0. */
struct bench_packet {
    __u32 len;
    __u32 name_len;
    __u32 checksum_at; /* of UDP */
    __u32 id_at;
    __u32 name_at; /* behind the length of the first label */
    __u32 qtype_at;
    __u32 repeat; /* the next one */
    __u32 mask;   /* variations - 1; their number is a power of two */
    __u8 octets[BENCH_PACKET_MAX + BENCH_NAME_VARIED];
};

/* What is in these places; network byte order. */
struct bench_variation {
    __u16 id;
    __u16 checksum;
    __u16 qtype;
    __u16 pad;
    __u64 name; /* BENCH_NAME_VARIED octets */
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
