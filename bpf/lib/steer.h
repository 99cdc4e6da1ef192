/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * steer.h - a miss on its way to an upstream: route, source address, port and id, an open flow, translation.
 *
 * All that can fail for a reason comes before the first write: a query that is not steered is passed up as it came.
 */
#ifndef FASTPATH_LIB_STEER_H
#define FASTPATH_LIB_STEER_H

#include <linux/bpf.h>
#include <linux/if_ether.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include <dns_fastpath/config.h>
#include <dns_fastpath/counters.h>
#include <dns_fastpath/steer.h>

#include "lib/acl.h"
#include "lib/asking.h"
#include "lib/exit.h"
#include "lib/random.h"
#include "lib/scratch.h"
#include "lib/translate.h"
#include "lib/upstream.h"
#include "lib/verifier.h"
#include "maps.h"

#define FP_AF_INET 2
#define FP_AF_INET6 10
#define FP_IFINDEX_LO 1 /* in every network namespace */
#define FP_FLOW_TRIES 4

/* The way to the upstream, and the address of ours that it will see. */
struct fp_egress {
    __u32 ifindex; /* 0 = the interface by which the query came */
    __u8 dmac[ETH_ALEN];
    __u8 smac[ETH_ALEN];
    struct fp_addr source;
};

/*
 * The host's own routes, as for a packet of its own: "received" on lo, for which the daemon has switched forwarding on, so that the
 * host need not be a router on any other interface. The health probes keep the neighbours known.
 */
static __always_inline enum fp_outcome fp_look_up_route(struct xdp_md *ctx, struct fp_scratch *s)
{
    const struct fp_addr *to = &s->flow_key.upstream;
    struct bpf_fib_lookup *fib = &s->fib;

    __builtin_memset(fib, 0, sizeof(*fib));
    fib->family = s->packet.is_ipv6 ? FP_AF_INET6 : FP_AF_INET;
    fib->l4_protocol = IPPROTO_UDP;
    fib->ifindex = FP_IFINDEX_LO;
    if (s->packet.is_ipv6)
        __builtin_memcpy(fib->ipv6_dst, to, sizeof(fib->ipv6_dst));
    else
        fib->ipv4_dst = to->word[3];
    switch (bpf_fib_lookup(ctx, fib, sizeof(*fib), 0)) {
    case BPF_FIB_LKUP_RET_SUCCESS:
        /* Kernels before the check of the neighbour's state gave an address that was not there. */
        return fib->dmac[0] | fib->dmac[1] | fib->dmac[2] | fib->dmac[3] | fib->dmac[4] | fib->dmac[5]
                   ? FP_GO_ON
                   : FP_OUT_miss_no_neighbour;
    case BPF_FIB_LKUP_RET_NO_NEIGH:
        return FP_OUT_miss_no_neighbour;
    default:
        return FP_OUT_miss_no_route;
    }
}

/* Did it come over that VLAN? One tag, the number of which is that of the interface. */
static __always_inline int fp_came_by_vlan(struct xdp_md *ctx, const struct fp_scratch *s, __u16 vlan_id)
{
    __be16 tci = 0;

    return s->packet.l3 == ETH_HLEN + sizeof(struct fp_vlan_tag) &&
           bpf_xdp_load_bytes(ctx, ETH_HLEN, &tci, sizeof(tci)) == 0 && (bpf_ntohs(tci) & FP_VLAN_ID) == vlan_id;
}

/*
 * By which wire. Over that by which it came the frame keeps its tags: a route over this interface itself says nothing of VLANs, and
 * the peers of who asks with a tag have it, too (a port that many VLANs share, without an interface for each). Over another wire
 * it goes without: its VLANs are others. A route over a VLAN interface is followed where the query came by that VLAN; no
 * query is moved from one VLAN to another, which is what they are for.
 */
static __always_inline enum fp_outcome fp_choose_wire(struct xdp_md *ctx, const struct fp_scratch *s, __u32 ifindex,
                                                      const struct fp_interface *interface, struct fp_egress *egress)
{
    egress->ifindex = ifindex == ctx->ingress_ifindex ? 0 : ifindex;
    if (!interface->parent)
        return FP_GO_ON;
    egress->ifindex = 0;
    return interface->parent == ctx->ingress_ifindex && fp_came_by_vlan(ctx, s, interface->vlan_id)
               ? FP_GO_ON
               : FP_OUT_miss_no_route;
}

/* The interface by which it leaves, and an address of it. */
static __always_inline enum fp_outcome fp_choose_source(struct xdp_md *ctx, struct fp_scratch *s, __u32 ifindex,
                                                        struct fp_egress *egress)
{
    const struct fp_interface *interface = bpf_map_lookup_elem(&interfaces, &ifindex);
    const __u32 family = s->packet.is_ipv6 ? 1 : 0;
    __u32 sources, choice;

    if (!interface)
        return FP_OUT_miss_no_route;
    FP_TRY(fp_choose_wire(ctx, s, ifindex, interface, egress));
    sources = interface->sources[family];
    if (sources == 0 || sources > FP_SOURCES_MAX)
        return FP_OUT_miss_no_source;
    choice = sources == 1 ? 0 : fp_random(s) % sources;
    FP_BOUNDED(choice); /* else clang knows better and drops the mask */
    egress->source = interface->source[family][choice & (FP_SOURCES_MAX - 1)];
    return FP_GO_ON;
}

static __always_inline enum fp_outcome fp_find_egress(struct xdp_md *ctx, struct fp_scratch *s,
                                                      struct fp_egress *egress)
{
    FP_TRY(fp_look_up_route(ctx, s));
    FP_TRY(fp_choose_source(ctx, s, s->fib.ifindex, egress));
    __builtin_memcpy(egress->dmac, s->fib.dmac, ETH_ALEN);
    __builtin_memcpy(egress->smac, s->fib.smac, ETH_ALEN);
    return FP_GO_ON;
}

/* The layer 2 header as it came, for the way back. Its length is one of three, which the verifier likes to see. */
static __always_inline int fp_keep_l2(struct xdp_md *ctx, struct fp_scratch *s)
{
    __u32 len = s->packet.l3;

    FP_BOUNDED(len);
    if (len < ETH_HLEN || len > FP_L2_MAX)
        return 0;
    FP_BOUNDED(len);
    s->flow.l2_len = len;
    return bpf_xdp_load_bytes(ctx, 0, s->flow.l2, len) == 0;
}

/* Not 0 where port and id are taken, or no memory is left. */
static __always_inline long fp_write_flow(const struct fp_scratch *s)
{
    if (fp_is_explaining())
        return bpf_map_lookup_elem(&flows, &s->flow_key) != 0;
    return bpf_map_update_elem(&flows, &s->flow_key, &s->flow, BPF_NOEXIST);
}

/* Draws port and id until they are free, and writes the flow down. */
static __always_inline enum fp_outcome fp_open_flow(struct xdp_md *ctx, struct fp_scratch *s,
                                                    const struct fp_settings *settings, const struct fp_egress *egress,
                                                    __u64 now)
{
    const struct fp_question *q = &s->question;
    struct fp_flow *flow = &s->flow;

    flow->client = s->packet.src;
    flow->listener = s->packet.dst;
    flow->key = q->key;
    flow->asked_ns = now;
    flow->ifindex = ctx->ingress_ifindex;
    flow->client_port = s->packet.src_port;
    flow->client_id = q->id;
    flow->upstream = s->way.upstream;
    flow->limit = fp_opt_limit(q);
    flow->view = q->view;
    flow->query_bits = q->query_bits;
    s->flow_key.source = egress->source;
    s->flow_key.pad = 0;
#pragma clang loop unroll(disable)
    for (int i = 0; i < FP_FLOW_TRIES; i++) {
        const __u64 number = fp_random(s);

        s->flow_key.id = number;
        s->flow_key.port = bpf_htons(settings->first_port + ((number >> 32) * settings->ports >> 32));
        if (fp_write_flow(s) == 0) {
            fp_note_asking(s, now);
            return FP_GO_ON;
        }
    }
    return FP_OUT_miss_no_flow;
}

/*
 * A client may offer more than we take in one piece. Beyond our own limit an answer would come in fragments, which do not find
 * their way home; so the upstream is offered no more than that. Returns what it changes in the sum of the message.
 */
static __always_inline __u64 fp_limit_payload(struct xdp_md *ctx, const struct fp_scratch *s,
                                              const struct fp_settings *settings)
{
    const struct fp_question *q = &s->question;
    const __u32 at = q->name_len + FP_DNS_QTAIL_LEN + 3; /* the CLASS of the OPT record (RFC 6891 6.1.2) */
    const __u16 offered = q->has_opt ? fp_wire_u16(s, at) : 0;
    const __be16 size = bpf_htons(settings->payload_size);

    if (offered <= settings->payload_size)
        return 0;
    if (bpf_xdp_store_bytes(ctx, s->packet.l4 + sizeof(struct udphdr) + FP_DNS_HEADER_LEN + at, (void *)&size,
                            sizeof(size)))
        return 0;
    return fp_csum_swap_if(fp_csum_fold((__u64)(__u16)~bpf_htons(offered) + size), at);
}

/* See fp_choose_wire() for what becomes of the tags. Returns the length of the header. */
static __always_inline __u32 fp_write_l2(struct xdp_md *ctx, const struct fp_scratch *s, const struct fp_egress *egress)
{
    const __u32 tags = egress->ifindex ? s->packet.l3 - ETH_HLEN : 0;
    struct ethhdr *eth;

    if (tags && bpf_xdp_adjust_head(ctx, tags))
        return 0;
    eth = (void *)(long)ctx->data;
    if ((void *)(eth + 1) > (void *)(long)ctx->data_end)
        return 0;
    __builtin_memcpy(eth->h_dest, egress->dmac, ETH_ALEN);
    __builtin_memcpy(eth->h_source, egress->smac, ETH_ALEN);
    if (tags)
        eth->h_proto = s->packet.is_ipv6 ? bpf_htons(ETH_P_IPV6) : bpf_htons(ETH_P_IP);
    return s->packet.l3 - tags;
}

static __always_inline enum fp_outcome fp_steer_query(struct xdp_md *ctx, struct fp_scratch *s,
                                                      const struct fp_settings *settings, __u64 now)
{
    const struct fp_upstream *u = fp_find_upstream(s->way.upstream);
    struct fp_upstream_counters *c = fp_find_upstream_counters(s->way.upstream);
    struct fp_egress egress = {};
    struct fp_translation t;
    __u64 change;
    __u32 l2_len;
    __u16 check;
    __u8 hops;

    if (!u || !fp_read_before_translation(ctx, &s->packet, &hops, &check))
        return FP_OUT_miss_no_upstream;
    if (hops <= 1)
        return FP_OUT_miss_hop_limit;
    s->flow_key.upstream = u->address;
    FP_TRY(fp_find_egress(ctx, s, &egress));
    if (!fp_keep_l2(ctx, s))
        return FP_OUT_miss_no_route;
    FP_TRY(fp_open_flow(ctx, s, settings, &egress, now));

    t.src = &s->flow_key.source;
    t.dst = &s->flow_key.upstream;
    t.src_port = s->flow_key.port;
    t.dst_port = bpf_htons(FP_DNS_PORT);
    t.id = s->flow_key.id;
    check = fp_translated_checksum(ctx, s, &t, check);
    change = fp_limit_payload(ctx, s, settings);
    if (check)
        check = fp_csum_changed(check, change);
    l2_len = fp_write_l2(ctx, s, &egress);
    if (l2_len == 0 || !fp_write_translation(ctx, s, &t, l2_len, check))
        return FP_OUT_drop_internal;
    s->egress = egress.ifindex;
    if (c)
        c->queries++;
    return FP_OUT_miss_steered;
}

/* Steered, or why not. Global, for a stack and a verifier's walk of its own. */
__noinline int fp_steer(struct xdp_md *ctx, __u64 now)
{
    const struct fp_generations *all = fp_find_generations();
    struct fp_scratch *s = fp_find_scratch();

    if (!s || !all)
        return FP_OUT_miss_no_upstream;
    return fp_steer_query(ctx, s, fp_settings_of(all, s->generation), now);
}

#endif
