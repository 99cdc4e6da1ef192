// SPDX-License-Identifier: GPL-2.0-only
/*
 * controlled.bpf.c - the product's programs where the test sets what the kernel would: the clock, the dice, the room that a
 * packet buffer has, and the routes of the host.
 *
 * The clock, because an answer cannot be older than the machine is up, and seconds should not pass in tests. The room, because
 * BPF_PROG_TEST_RUN always leaves kilobytes behind the packet, a veth as little as 63 octets. The routes, because a test is not to
 * change those of the machine. The helpers are shadowed; all else is the same source.
 */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

__u64 clock_ns = 0;
__u32 random_number = 0;
__u32 tail_room = 0;
__u32 head_room = 0;

/* What every look-up of a route gives, and what the last one asked. */
__u32 route_result = 0;
__u32 route_ifindex = 0;
__u8 route_dmac[6] = {0};
__u8 route_smac[6] = {0};
struct bpf_fib_lookup route_asked = {0};

__u32 redirected_to = 0;

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

/* Says as much as the kernel does: the interface also where the neighbour is not known, addresses only on success. */
static __always_inline long controlled_route(void *ctx, struct bpf_fib_lookup *fib, int size, __u32 flags) {
    route_asked = *fib;
    if (route_result == BPF_FIB_LKUP_RET_SUCCESS || route_result == BPF_FIB_LKUP_RET_NO_NEIGH)
        fib->ifindex = route_ifindex;
    if (route_result == BPF_FIB_LKUP_RET_SUCCESS) {
        __builtin_memcpy(fib->dmac, route_dmac, sizeof(route_dmac));
        __builtin_memcpy(fib->smac, route_smac, sizeof(route_smac));
    }
    return route_result;
}

static __always_inline long controlled_redirect(__u32 ifindex, __u64 flags) {
    redirected_to = ifindex;
    return XDP_REDIRECT;
}

#define bpf_ktime_get_ns controlled_clock
#define bpf_ktime_get_coarse_ns controlled_clock
#define bpf_get_prandom_u32 controlled_random
#define bpf_xdp_adjust_tail adjust_tail_within_room
#define bpf_xdp_adjust_head adjust_head_within_room
#define bpf_fib_lookup(ctx, fib, size, flags) controlled_route(ctx, fib, size, flags)
#define bpf_redirect controlled_redirect

#include "programs.bpf.c"

/* The generator of ports and ids, from the side: how often it was used on this CPU, and what SipHash makes of a word. */
__u64 throws = 0;
__u64 siphash_key[2] = {0};
__u64 siphash_word = 0;
__u64 siphash_result = 0;

SEC("xdp")
int look_at_dice(struct xdp_md *ctx) {
    const struct fp_scratch *s = fp_find_scratch();

    throws = s ? s->throws : 0;
    siphash_result = fp_siphash(siphash_key[0], siphash_key[1], siphash_word);
    return XDP_PASS;
}
