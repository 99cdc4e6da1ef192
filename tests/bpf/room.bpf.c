// SPDX-License-Identifier: GPL-2.0-only
/*
 * room.bpf.c - the XDP program in a packet buffer whose room the test sets.
 *
 * BPF_PROG_TEST_RUN always leaves kilobytes behind the packet, a veth as little as 63 octets. So the two helpers that move
 * the ends of a packet are shadowed, and refuse as the kernel does where there is no room.
 */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

__u32 tail_room = 0;
__u32 head_room = 0;

static __always_inline long adjust_tail_within_room(struct xdp_md *ctx, int delta)
{
    if (delta > 0 && (__u32)delta > tail_room)
        return -1;
    return bpf_xdp_adjust_tail(ctx, delta);
}

static __always_inline long adjust_head_within_room(struct xdp_md *ctx, int delta)
{
    if (delta < 0 && (__u32)-delta > head_room)
        return -1;
    return bpf_xdp_adjust_head(ctx, delta);
}

#define bpf_xdp_adjust_tail adjust_tail_within_room
#define bpf_xdp_adjust_head adjust_head_within_room

#include "fastpath.bpf.c"

char LICENSE[] SEC("license") = "GPL";
