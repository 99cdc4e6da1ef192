/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * restore.bpf.h - BPF_PROG_TEST_RUN does not reset the packet between repeats: the second would see an answer. So each entry
 * of a benchmark first makes the packet what it was; what that costs is measured alone and taken off.
 *
 * Some walks use up what they find (an answer its open flow), and a cache is only cold to a name that was not asked just now. So
 * id, type and eight octets of the name may be others in each repeat; they are written in every repeat, so that it costs the same.
 */
#ifndef FASTPATH_BENCH_RESTORE_H
#define FASTPATH_BENCH_RESTORE_H

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "packet_cost.h"

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(map_flags, BPF_F_MMAPABLE);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct bench_packet);
} bench_packet SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(map_flags, BPF_F_MMAPABLE);
    __uint(max_entries, BENCH_VARIATIONS_MAX);
    __type(key, __u32);
    __type(value, struct bench_variation);
} bench_variations SEC(".maps");

static __always_inline void *bench_at(struct bench_packet *packet, __u32 at) {
    return packet->octets + (at & (BENCH_PACKET_MAX - 1));
}

/* The packet of the next repeat. */
static __always_inline const struct bench_packet *bench_next_packet(void) {
    __u32 zero = 0;
    struct bench_packet *packet = bpf_map_lookup_elem(&bench_packet, &zero);
    const struct bench_variation *variation;
    __u32 number;

    if (!packet)
        return 0;
    number = packet->repeat++ & packet->mask;
    variation = bpf_map_lookup_elem(&bench_variations, &number);
    if (!variation)
        return 0;
    *(__u16 *)bench_at(packet, packet->id_at) = variation->id;
    *(__u16 *)bench_at(packet, packet->checksum_at) = variation->checksum;
    *(__u16 *)bench_at(packet, packet->qtype_at) = variation->qtype;
    *(__u64 *)bench_at(packet, packet->name_at) = variation->name;
    return packet;
}

static __always_inline const struct bench_packet *bench_restore(struct xdp_md *ctx) {
    const struct bench_packet *packet = bench_next_packet();
    __u32 len;

    if (!packet)
        return 0;
    len = packet->len;
    if (len == 0 || len > BENCH_PACKET_MAX)
        return 0;
    /* Called even where the length is right, so that it costs the same in every entry. */
    if (bpf_xdp_adjust_tail(ctx, (int)len - (int)bpf_xdp_get_buff_len(ctx)))
        return 0;
    return bpf_xdp_store_bytes(ctx, 0, (void *)packet->octets, len) ? 0 : packet;
}

/* Of egress: the learner changes no packet, so its length is right. */
static __always_inline const struct bench_packet *bench_restore_skb(struct __sk_buff *skb) {
    const struct bench_packet *packet = bench_next_packet();
    __u32 len;

    if (!packet)
        return 0;
    len = packet->len;
    if (len == 0 || len > BENCH_PACKET_MAX)
        return 0;
    return bpf_skb_store_bytes(skb, 0, (void *)packet->octets, len, 0) ? 0 : packet;
}

#endif
