/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * home.h - the answer of an upstream on its way home: the open flow that it matches, a copy for the cache, translation back.
 *
 * A packet that matches no flow is never given to a client. An upstream's that nobody on this host waits for is dropped.
 */
#ifndef FASTPATH_LIB_HOME_H
#define FASTPATH_LIB_HOME_H

#include <linux/bpf.h>
#include <linux/if_ether.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include <dns_fastpath/config.h>
#include <dns_fastpath/counters.h>
#include <dns_fastpath/dns_wire.h>
#include <dns_fastpath/steer.h>

#include "lib/acl.h"
#include "lib/asking.h"
#include "lib/exit.h"
#include "lib/icmp.h"
#include "lib/learned.h"
#include "lib/question.h"
#include "lib/scratch.h"
#include "lib/translate.h"
#include "lib/upstream.h"
#include "maps.h"

/* Does a steered query leave from this port? The two numbers are read as one: a reload changes them together. */
static __always_inline int fp_is_answer_port(const struct fp_generations *all, __be16 port)
{
    const union {
        __u32 word;
        struct {
            __u16 first, count;
        } ports;
    } range = {.word = *(const volatile __u32 *)&all->first_answer_port};

    return (__u16)(bpf_ntohs(port) - range.ports.first) < range.ports.count;
}

static __always_inline int fp_may_be_answer(const struct fp_generations *all, const struct fp_packet *packet)
{
    return packet->src_port == bpf_htons(FP_DNS_PORT) && fp_is_answer_port(all, packet->dst_port);
}

/* Is it an address that steered queries leave with? Else the packet is for somebody behind this host. */
static __always_inline int fp_is_source(const struct fp_interface *interface, const struct fp_packet *packet)
{
    const __u32 family = packet->is_ipv6 ? 1 : 0;

    if (!interface)
        return 0;
#pragma clang loop unroll(disable)
    for (__u32 i = 0; i < FP_SOURCES_MAX; i++) {
        const __u32 *source = interface->source[family][i].word;

        if (i >= interface->sources[family])
            break;
        if (source[0] == packet->dst.word[0] && source[1] == packet->dst.word[1] && source[2] == packet->dst.word[2] &&
            source[3] == packet->dst.word[3])
            return 1;
    }
    return 0;
}

/* Does a socket of this host wait at the port? The local resolver may ask the same upstream, from any port. */
static __always_inline int fp_host_waits(struct xdp_md *ctx, struct fp_scratch *s)
{
    const struct fp_packet *packet = &s->packet;
    struct bpf_sock_tuple *tuple = &s->tuple;
    __u32 size = sizeof(tuple->ipv6);
    struct bpf_sock *socket;

    if (packet->is_ipv6) {
        __builtin_memcpy(tuple->ipv6.saddr, &packet->src, sizeof(tuple->ipv6.saddr));
        __builtin_memcpy(tuple->ipv6.daddr, &packet->dst, sizeof(tuple->ipv6.daddr));
        tuple->ipv6.sport = packet->src_port;
        tuple->ipv6.dport = packet->dst_port;
    } else {
        tuple->ipv4.saddr = packet->src.word[3];
        tuple->ipv4.daddr = packet->dst.word[3];
        tuple->ipv4.sport = packet->src_port;
        tuple->ipv4.dport = packet->dst_port;
        size = sizeof(tuple->ipv4);
    }
    socket = bpf_sk_lookup_udp(ctx, tuple, size, BPF_F_CURRENT_NETNS, 0);
    if (!socket)
        return 0;
    bpf_sk_release(socket);
    return 1;
}

/* No flow: none of our business, unless it comes from an upstream and nobody else waits for it. */
static __always_inline enum fp_outcome fp_turn_off_unasked(struct xdp_md *ctx, struct fp_scratch *s)
{
    const struct fp_client *source = fp_find_source(s);
    __u32 ifindex = ctx->ingress_ifindex;

    if (!source || !source->is_upstream)
        return FP_OUT_other;
    if (!fp_is_source(bpf_map_lookup_elem(&interfaces, &ifindex), &s->packet) || fp_host_waits(ctx, s))
        return FP_OUT_other;
    return FP_OUT_drop_unasked;
}

/* The question has to be the one that was asked. An error may come without one (RFC 5452 9.1 does not think of it; Unbound does). */
static __always_inline enum fp_outcome fp_match_question(struct xdp_md *ctx, struct fp_scratch *s)
{
    struct fp_question *q = &s->question;
    __u32 len = s->packet.udp_len - sizeof(struct udphdr) - FP_DNS_HEADER_LEN;
    __u32 last;

    if (s->header.qdcount == 0 && len == 0 && s->header.flags & bpf_htons(FP_DNS_RCODE))
        return FP_GO_ON;
    if (s->header.qdcount != bpf_htons(1))
        return FP_OUT_drop_answer;
    if (len > FP_DNS_NAME_MAX + FP_DNS_QTAIL_LEN)
        len = FP_DNS_NAME_MAX + FP_DNS_QTAIL_LEN;
    last = len - 1; /* see fp_learn_from() */
    FP_BOUNDED(last);
    if (last >= FP_DNS_NAME_MAX + FP_DNS_QTAIL_LEN)
        return FP_OUT_drop_answer;
    FP_BOUNDED(last);
    if (bpf_xdp_load_bytes(ctx, s->packet.l4 + sizeof(struct udphdr) + FP_DNS_HEADER_LEN, &s->wire, last + 1))
        return FP_OUT_drop_answer;
    if (fp_parse_question(s, len) != FP_GO_ON)
        return FP_OUT_drop_question;
    q->query_bits = s->flow.query_bits;
    q->view = s->flow.view;
    fp_key_question(s, fp_hash_key());
    if (q->key.hash[0] != s->flow.key.hash[0] || q->key.hash[1] != s->flow.key.hash[1])
        return FP_OUT_drop_question;
    return FP_GO_ON;
}

static __always_inline void fp_count_response(struct fp_scratch *s, __u64 now)
{
    struct fp_upstream_counters *c = fp_find_upstream_counters(s->flow.upstream);

    if (c)
        fp_count_answer_of(c, bpf_ntohs(s->header.flags) & FP_DNS_RCODE, now - s->flow.asked_ns);
}

/*
 * Nobody has checked the UDP checksum yet. The client will, but what the cache gives has a checksum of its own. Without one, or with
 * one that a virtual device left half done, there is nothing to check.
 */
static __always_inline int fp_is_sound(struct xdp_md *ctx, const struct fp_scratch *s)
{
    const struct fp_packet *p = &s->packet;
    __u16 check;
    __u8 hops;

    if (!fp_read_before_translation(ctx, p, &hops, &check))
        return 0;
    if ((check == 0 && !p->is_ipv6) || check == fp_pseudo_sum(p)) /* IPv6 has none without (RFC 8200 8.1) */
        return 1;
    return fp_csum_fold((__u64)check + fp_pseudo_sum(p) + fp_sum_datagram(ctx, p)) == 0xffff;
}

/* Has the first record, of the name that was asked, TTL 0? Such an answer is for this client alone (RFC 1035 3.2.1). */
static __always_inline int fp_is_for_once(const struct fp_scratch *s, const struct fp_learning *l)
{
    const __u32 at = (FP_DNS_HEADER_LEN + s->question.name_len + FP_DNS_QTAIL_LEN) & 511;
    const __u8 *record = l->message + at; /* a pointer to the question, TYPE, CLASS, TTL */

    return s->header.ancount != 0 && record[0] == 0xc0 && record[1] == FP_DNS_HEADER_LEN && record[6] == 0 &&
           record[7] == 0 && record[8] == 0 && record[9] == 0;
}

/* A copy to the daemon, if the cache can use it. */
static __always_inline enum fp_learn_outcome fp_learn_from(struct xdp_md *ctx, struct fp_scratch *s, __u64 now,
                                                           int is_first)
{
    struct fp_learning *l = fp_find_learning();
    const __u32 len = s->packet.udp_len - sizeof(struct udphdr);
    __u32 last = len - 1; /* kernel 6.1 learns nothing from "not 0": so that length is at least 1 */

    FP_LEARN_TRY(fp_weigh_answer(&s->header, &s->flow.key, s->flow.limit, now));
    if (!l || s->header.qdcount == 0)
        return FP_LEARN_unparsable;
    if (!is_first)
        return FP_LEARN_asked_twice;
    FP_BOUNDED(last);
    if (last >= FP_LEARN_MAX)
        return FP_LEARN_unparsable;
    FP_BOUNDED(last);
    if (bpf_xdp_load_bytes(ctx, s->packet.l4 + sizeof(struct udphdr), l->message, last + 1))
        return FP_LEARN_unparsable;
    if (fp_is_for_once(s, l))
        return FP_LEARN_uncacheable;
    if (!fp_is_sound(ctx, s))
        return FP_LEARN_unparsable;
    l->event.key = s->flow.key;
    l->event.seen_ns = now;
    l->event.len = len;
    l->event.limit = s->flow.limit;
    l->event.view = s->flow.view;
    l->event.query_bits = s->flow.query_bits;
    l->event.pad = 0;
    return fp_hand_over(l);
}

/* The client's own header, with the addresses exchanged. The frame has made room for it. */
static __always_inline int fp_write_client_l2(struct xdp_md *ctx, struct fp_scratch *s)
{
    struct ethhdr *eth = (void *)s->flow.l2;
    __u32 len = s->flow.l2_len;
    __u8 mac[ETH_ALEN];

    __builtin_memcpy(mac, eth->h_dest, ETH_ALEN);
    __builtin_memcpy(eth->h_dest, eth->h_source, ETH_ALEN);
    __builtin_memcpy(eth->h_source, mac, ETH_ALEN);
    FP_BOUNDED(len);
    if (len < ETH_HLEN || len > FP_L2_MAX)
        return 0;
    FP_BOUNDED(len);
    return bpf_xdp_store_bytes(ctx, 0, s->flow.l2, len) == 0;
}

static __always_inline enum fp_outcome fp_give_home(struct xdp_md *ctx, struct fp_scratch *s)
{
    const struct fp_flow *flow = &s->flow;
    const struct fp_translation t = {.src = &flow->listener,
                                     .dst = &flow->client,
                                     .src_port = bpf_htons(FP_DNS_PORT),
                                     .dst_port = flow->client_port,
                                     .id = flow->client_id};
    const __s32 longer = (__s32)flow->l2_len - s->packet.l3;
    __u16 check;
    __u8 hops;

    if (!fp_read_before_translation(ctx, &s->packet, &hops, &check))
        return FP_OUT_drop_answer;
    check = fp_translated_checksum(ctx, s, &t, check);
    if (longer && bpf_xdp_adjust_head(ctx, -longer))
        return FP_OUT_drop_internal;
    if (!fp_write_client_l2(ctx, s) || !fp_write_translation(ctx, s, &t, flow->l2_len, check))
        return FP_OUT_drop_internal;
    s->egress = flow->ifindex == ctx->ingress_ifindex ? 0 : flow->ifindex;
    s->given_rcode = bpf_ntohs(s->header.flags) & FP_DNS_RCODE;
    return FP_OUT_answered;
}

/*
 * `parsed` is what the parser of the frame said. One flow, one answer: who removes the flow from the map has it. What does not
 * match leaves the flow open for the true answer.
 */
static __always_inline enum fp_outcome fp_take_answer(struct xdp_md *ctx, struct fp_scratch *s,
                                                      struct fp_counters *count, const struct fp_generations *all,
                                                      __u32 parsed)
{
    const struct fp_settings *current = fp_settings_of(all, s->generation);
    const struct fp_flow *flow;
    enum fp_learn_outcome learned_as;
    __u64 now;

    if (bpf_xdp_load_bytes(ctx, s->packet.l4 + sizeof(struct udphdr), &s->header, FP_DNS_HEADER_LEN))
        return fp_turn_off_unasked(ctx, s);
    s->flow_key.upstream = s->packet.src;
    s->flow_key.source = s->packet.dst;
    s->flow_key.port = s->packet.dst_port;
    s->flow_key.id = s->header.id;
    s->flow_key.pad = 0;
    flow = bpf_map_lookup_elem(&flows, &s->flow_key);
    if (!flow)
        return fp_turn_off_unasked(ctx, s);
    s->flow = *flow;
    if (parsed != FP_GO_ON || s->packet.udp_len < sizeof(struct udphdr) + FP_DNS_HEADER_LEN ||
        !(s->header.flags & bpf_htons(FP_DNS_QR)) || s->header.flags & bpf_htons(FP_DNS_OPCODE))
        return FP_OUT_drop_answer;
    FP_TRY(fp_match_question(ctx, s));
    now = bpf_ktime_get_ns();
    if (now - s->flow.asked_ns > current->flow_life_ns) /* the daemon removes it, and counts it as unanswered */
        return FP_OUT_drop_unasked;
    if (!fp_is_explaining() && bpf_map_delete_elem(&flows, &s->flow_key))
        return FP_OUT_drop_unasked;
    fp_count_response(s, now);
    learned_as = fp_learn_from(ctx, s, now, fp_take_asking(s));
    if (learned_as < FP_LEARN_COUNT)
        FP_COUNTER_LEARN(count, learned_as)++;
    return fp_give_home(ctx, s);
}

/* Global, for a stack and a verifier's walk of its own. */
__noinline int fp_take_home(struct xdp_md *ctx, __u32 parsed)
{
    const struct fp_generations *all = fp_find_generations();
    struct fp_scratch *s = fp_find_scratch();
    struct fp_counters *count = fp_find_counters();

    return s && all && count ? fp_take_answer(ctx, s, count, all, parsed) : FP_OUT_other;
}

/* An ICMP error about a query of ours: for the health of the upstream, and of no use to this host. */
__noinline int fp_take_error(struct xdp_md *ctx)
{
    const struct fp_frame frame = {
        .data = (void *)(long)ctx->data, .end = (void *)(long)ctx->data_end, .len = bpf_xdp_get_buff_len(ctx)};
    const struct fp_generations *all = fp_find_generations();
    struct fp_scratch *s = fp_find_scratch();
    struct fp_upstream_counters *c;
    struct fp_icmp_error error = {};
    const struct fp_flow *flow;

    if (!s || !all || !fp_read_icmp_error(ctx, 1, &frame, &error) || !fp_is_answer_port(all, error.src_port))
        return FP_OUT_other;
    s->flow_key.upstream = error.dst;
    s->flow_key.source = error.src;
    s->flow_key.port = error.src_port;
    s->flow_key.pad = 0;
    if (bpf_xdp_load_bytes(ctx, error.dns_at, &s->flow_key.id, sizeof(s->flow_key.id)))
        return FP_OUT_other;
    flow = bpf_map_lookup_elem(&flows, &s->flow_key);
    if (!flow)
        return FP_OUT_other;
    c = fp_find_upstream_counters(flow->upstream);
    if (c)
        c->unreachable++;
    return FP_OUT_drop_icmp;
}

#endif
