// SPDX-License-Identifier: GPL-2.0-only
/*
 * hit_cost.bpf.c - three entries for hit_cost.cpp: the restore alone, and behind it the floor or the product's walk.
 */
#include "restore.bpf.h"

#include "fastpath.bpf.c"

#include "floor.bpf.h"

SEC("xdp.frags")
int restore_alone(struct xdp_md *ctx) {
    return bench_restore(ctx) ? XDP_TX : XDP_ABORTED;
}

SEC("xdp.frags")
int restore_and_floor(struct xdp_md *ctx) {
    const struct bench_query *query = bench_restore(ctx);

    return query ? floor_answer(ctx, query) : XDP_ABORTED;
}

SEC("xdp.frags")
int restore_and_hit(struct xdp_md *ctx) {
    return bench_restore(ctx) ? take_packet(ctx) : XDP_ABORTED;
}

char LICENSE[] SEC("license") = "GPL";
