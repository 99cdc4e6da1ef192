// SPDX-License-Identifier: GPL-2.0-only
/*
 * packet_cost.bpf.c - entries for packet_cost: the restore alone, and behind it what is measured: a reflector, the floor, the
 * walks of the product.
 */
#include "restore.bpf.h"

#include "fastpath.bpf.c"
#include "learn.bpf.c"

#include "floor.bpf.h"

SEC("xdp.frags")
int restore_alone(struct xdp_md *ctx) {
    return bench_restore(ctx) ? XDP_TX : XDP_ABORTED;
}

/* Sends back what came: what no program that answers can do without. */
SEC("xdp.frags")
int restore_and_reflect(struct xdp_md *ctx) {
    return bench_restore(ctx) ? floor_swap_addresses(ctx) : XDP_ABORTED;
}

SEC("xdp.frags")
int restore_and_floor(struct xdp_md *ctx) {
    const struct bench_packet *packet = bench_restore(ctx);

    return packet ? floor_answer(ctx, packet) : XDP_ABORTED;
}

SEC("xdp.frags")
int restore_and_walk(struct xdp_md *ctx) {
    return bench_restore(ctx) ? take_packet(ctx) : XDP_ABORTED;
}

SEC("tc")
int restore_skb_alone(struct __sk_buff *skb) {
    return bench_restore_skb(skb) ? TC_ACT_UNSPEC : TC_ACT_SHOT;
}

SEC("tc")
int restore_skb_and_learn(struct __sk_buff *skb) {
    return bench_restore_skb(skb) ? see_packet(skb) : TC_ACT_SHOT;
}

char LICENSE[] SEC("license") = "GPL";
