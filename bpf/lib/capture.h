/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * capture.h - shows packets as they came and as they left to `dns-fastpathctl capture`.
 *
 * In the program itself and not by tracing programs around it (as xdpdump has them): not every kernel allows those, and they see
 * the verdict, but not the outcome. While no capture goes on, this costs a load and a branch. Nothing has to be taken away where
 * its reader was killed: a capture ends by itself, and what is sent to nobody goes nowhere.
 */
#ifndef FASTPATH_LIB_CAPTURE_H
#define FASTPATH_LIB_CAPTURE_H

#include <linux/ip.h>
#include <linux/ipv6.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include <dns_fastpath/capture.h>
#include <dns_fastpath/counters.h>
#include <dns_fastpath/dns_wire.h>
#include <dns_fastpath/hash.h>

#include "lib/frame.h"
#include "lib/scratch.h"
#include "lib/verifier.h"
#include "maps.h"

/* A packet on one side of the walk: what is handed over. */
struct fp_capture_side {
    struct fp_captured head;
    __u8 octets[FP_CAPTURE_SNAP_LEN];
};

struct fp_capture_scratch {
    struct fp_capture_side came;
    struct fp_capture_side left;
    struct fp_packet left_packet; /* its addresses */
};

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct fp_capture_scratch);
} capture_scratch SEC(".maps");

static __always_inline struct fp_capture_scratch *fp_find_capture_scratch(void)
{
    const __u32 zero = 0;

    return bpf_map_lookup_elem(&capture_scratch, &zero);
}

static __always_inline struct fp_capture *fp_find_capture(void)
{
    const __u32 zero = 0;

    return bpf_map_lookup_elem(&capture, &zero);
}

static __always_inline void fp_keep(struct xdp_md *ctx, struct fp_capture_side *side)
{
    const __u32 len = bpf_xdp_get_buff_len(ctx);
    __u32 last = (len < FP_CAPTURE_SNAP_LEN ? len : FP_CAPTURE_SNAP_LEN) - 1; /* see fp_sum_octets() */

    side->head.seen_ns = bpf_ktime_get_ns();
    side->head.ifindex = ctx->ingress_ifindex;
    side->head.len = len;
    side->head.kept_len = 0;
    FP_BOUNDED(last);
    if (last >= FP_CAPTURE_SNAP_LEN)
        return;
    FP_BOUNDED(last);
    if (!bpf_xdp_load_bytes(ctx, 0, side->octets, last + 1))
        side->head.kept_len = last + 1;
}

static __always_inline int fp_is_captured_address(const struct fp_capture_filter *filter, const struct fp_addr *address)
{
    __u32 difference = 0;

    for (int i = 0; i < 4; i++)
        difference |= (address->word[i] ^ filter->address.word[i]) & filter->address_mask.word[i];
    return !difference;
}

/* Of the packet as it left: where it was translated, they are others than those that the walk has read. */
static __always_inline void fp_read_addresses(const struct fp_capture_side *side, struct fp_packet *packet)
{
    const struct fp_frame frame = {
        .data = (void *)side->octets, .end = (void *)side->octets + FP_CAPTURE_SNAP_LEN, .len = side->head.len};
    const __be16 proto = fp_parse_eth(&frame, packet);
    const void *l3 = side->octets + (packet->l3 & 31);

    if (proto == bpf_htons(ETH_P_IP)) {
        fp_map_ipv4(&packet->src, ((const struct iphdr *)l3)->saddr);
        fp_map_ipv4(&packet->dst, ((const struct iphdr *)l3)->daddr);
    } else {
        __builtin_memcpy(&packet->src, &((const struct ipv6hdr *)l3)->saddr, sizeof(packet->src));
        __builtin_memcpy(&packet->dst, &((const struct ipv6hdr *)l3)->daddr, sizeof(packet->dst));
    }
}

static __always_inline int fp_is_captured_packet(const struct fp_capture_filter *filter, const struct fp_packet *packet)
{
    return fp_is_captured_address(filter, &packet->src) || fp_is_captured_address(filter, &packet->dst);
}

/*
 * Does the name end as the zone does? Octets of lengths are compared with the rest: a label that holds such an octet and then what
 * looks like a zone would be taken for one, and is harmless here.
 */
static __always_inline int fp_is_captured_name(const struct fp_capture_filter *filter, const struct fp_scratch *s)
{
    const __u32 name_len = s->question.name_len;
    const __u32 zone_len = filter->zone_len;

    if (name_len < zone_len)
        return 0;
#pragma clang loop unroll(disable)
    for (__u32 i = 0; i < FP_DNS_NAME_MAX; i++) {
        if (i >= zone_len)
            break;
        if ((__u8)fp_lower8(s->wire.octets[(name_len - zone_len + i) & (FP_QUESTION_BUFFER - 1)]) != filter->zone[i])
            return 0;
    }
    return 1;
}

/* CPUs that begin a second at once may let a few packets more through. */
static __always_inline int fp_is_in_capture_rate(struct fp_capture *capture, __u64 now)
{
    if (now - capture->window_start_ns >= FP_NSEC_PER_SEC) {
        capture->window_start_ns = now;
        capture->window_packets = 0;
    }
    if (__sync_fetch_and_add(&capture->window_packets, 1) < capture->filter.per_second)
        return 1;
    __sync_fetch_and_add(&capture->above_rate, 1);
    return 0;
}

static __always_inline void fp_show_side(struct xdp_md *ctx, struct fp_capture_side *side, __u32 outcome, __u32 verdict,
                                         __u8 is_leaving)
{
    __u32 kept = side->head.kept_len;

    side->head.outcome = outcome;
    side->head.verdict = verdict;
    side->head.is_leaving = is_leaving;
    FP_BOUNDED(kept);
    if (kept <= FP_CAPTURE_SNAP_LEN)
        bpf_perf_event_output(ctx, &captured, BPF_F_CURRENT_CPU, side, sizeof(side->head) + kept);
}

/* Global, as the next one: seldom needed, and verified once. Returns whether a capture goes on. */
__noinline int fp_capture_came(struct xdp_md *ctx)
{
    const struct fp_capture *capture = fp_find_capture();
    struct fp_capture_scratch *s = fp_find_capture_scratch();

    if (!capture || !s || bpf_ktime_get_ns() >= capture->until_ns)
        return 0;
    fp_keep(ctx, &s->came);
    return 1;
}

__noinline int fp_capture_left(struct xdp_md *ctx, __u32 outcome, __u32 verdict)
{
    struct fp_capture *capture = fp_find_capture();
    struct fp_capture_scratch *s = fp_find_capture_scratch();

    const struct fp_scratch *walk = fp_find_scratch();

    if (!capture || !s || !walk || outcome == FP_OUT_other || !(capture->filter.verdicts & 1U << (verdict & 31)))
        return 0;
    if (!fp_is_captured_name(&capture->filter, walk))
        return 0;
    fp_keep(ctx, &s->left);
    fp_read_addresses(&s->left, &s->left_packet);
    if (!fp_is_captured_packet(&capture->filter, &walk->packet) &&
        !fp_is_captured_packet(&capture->filter, &s->left_packet))
        return 0;
    if (!fp_is_in_capture_rate(capture, s->left.head.seen_ns))
        return 0;
    fp_show_side(ctx, &s->came, outcome, verdict, 0);
    if (verdict == XDP_TX || verdict == XDP_REDIRECT)
        fp_show_side(ctx, &s->left, outcome, verdict, 1);
    return 0;
}

static __always_inline int fp_begin_capture(struct xdp_md *ctx)
{
    const struct fp_capture *capture = fp_find_capture();

    return capture && capture->until_ns && !fp_is_explaining() && fp_capture_came(ctx);
}

#endif
