// SPDX-License-Identifier: GPL-2.0-only
/*
 * controlled.bpf.c - the product's programs where the test sets what the kernel would: the clock, the dice, and the room that a
 * packet buffer has.
 *
 * The clock, because an answer cannot be older than the machine is up, and seconds should not pass in tests. The room, because
 * BPF_PROG_TEST_RUN always leaves kilobytes behind the packet, a veth as little as 63 octets. The helpers are shadowed;
 * all else is the same source.
 */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

__u64 clock_ns = 0;
__u32 random_number = 0;
__u32 tail_room = 0;
__u32 head_room = 0;

static __always_inline __u64 controlled_clock(void) {
    return clock_ns;
}

static __always_inline __u32 controlled_random(void) {
    return random_number;
}

static __always_inline long adjust_tail_within_room(struct xdp_md *ctx, int delta) {
    if (delta > 0 && (__u32)delta > tail_room)
        return -1;
    return bpf_xdp_adjust_tail(ctx, delta);
}

static __always_inline long adjust_head_within_room(struct xdp_md *ctx, int delta) {
    if (delta < 0 && (__u32)-delta > head_room)
        return -1;
    return bpf_xdp_adjust_head(ctx, delta);
}

#define bpf_ktime_get_ns controlled_clock
#define bpf_ktime_get_coarse_ns controlled_clock
#define bpf_get_prandom_u32 controlled_random
#define bpf_xdp_adjust_tail adjust_tail_within_room
#define bpf_xdp_adjust_head adjust_head_within_room

#include "programs.bpf.c"
