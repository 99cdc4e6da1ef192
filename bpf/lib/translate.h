/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * translate.h - address translation of a query on its way to an upstream, and of the answer on its way back: addresses, ports,
 * message id, hop limit, and the checksums that go with them.
 *
 * The UDP checksum is updated by what has changed (RFC 1624), so that what was damaged on the way stays damaged for the one who
 * checks. Only where a virtual device left it half done (CHECKSUM_PARTIAL: it holds the sum of the pseudo header) it is made anew.
 */
#ifndef FASTPATH_LIB_TRANSLATE_H
#define FASTPATH_LIB_TRANSLATE_H

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include <dns_fastpath/dns_wire.h>

#include "lib/csum.h"
#include "lib/scratch.h"
#include "lib/verifier.h"
#include "maps.h"

/* What takes the place of the addresses, ports and id in the scratch. Network byte order, addresses mapped. */
struct fp_translation {
    const struct fp_addr *src;
    const struct fp_addr *dst;
    __u16 src_port;
    __u16 dst_port;
    __u16 id;
};

#define FP_SUM_CHUNK 256
#define FP_SUM_CHUNKS 40 /* 10 KiB: beyond every frame */

/* The sum of `len` octets at `at` of the packet; 0 where it cannot be read. Global: seldom needed, and verified once. */
__noinline __u32 fp_sum_octets(struct xdp_md *ctx, __u32 at, __u32 len)
{
    struct fp_scratch *s = fp_find_scratch();
    __s64 sum = 0;

    if (!s)
        return 0;
#pragma clang loop unroll(disable)
    for (int i = 0; i < FP_SUM_CHUNKS; i++) {
        const __u32 n = len < FP_SUM_CHUNK ? len : FP_SUM_CHUNK;
        __u32 last = n - 1; /* kernel 6.1 learns nothing from "not 0": so that length is at least 1 */

        if (n == 0)
            return sum;
        FP_BOUNDED(last);
        if (last >= FP_SUM_CHUNK)
            return 0;
        FP_BOUNDED(last);
        if (bpf_xdp_load_bytes(ctx, at, s->headers, last + 1))
            return 0;
        s->headers[last + 1] = s->headers[last + 2] = s->headers[last + 3] = 0;
        sum = bpf_csum_diff(0, 0, (__be32 *)s->headers, (last + 4) & ~3U & (2 * FP_SUM_CHUNK - 1), sum);
        at += n;
        len -= n;
    }
    return 0;
}

static __always_inline __u64 fp_csum_inverted_addr(const struct fp_addr *addr)
{
    return (__u64)(__u32)~addr->word[0] + (__u32)~addr->word[1] + (__u32)~addr->word[2] + (__u32)~addr->word[3];
}

/* What the translation adds to the sum of the datagram. */
static __always_inline __u64 fp_csum_changes(const struct fp_scratch *s, const struct fp_translation *t)
{
    const struct fp_packet *p = &s->packet;

    return fp_csum_inverted_addr(&p->src) + fp_csum_inverted_addr(&p->dst) + fp_csum_addr(t->src) +
           fp_csum_addr(t->dst) + (__u16)~p->src_port + (__u16)~p->dst_port + (__u16)~s->header.id + t->src_port +
           t->dst_port + t->id;
}

/* An IPv4 address is mapped here, which the pseudo header does not have: 0xffff, which adds nothing, before it. */
static __always_inline __u16 fp_pseudo_sum(const struct fp_packet *p)
{
    return fp_csum_fold(fp_csum_addr(&p->src) + fp_csum_addr(&p->dst) + bpf_htons(IPPROTO_UDP) + bpf_htons(p->udp_len));
}

/* All that the checksum covers but the pseudo header and itself. */
static __always_inline __u64 fp_sum_datagram(struct xdp_md *ctx, const struct fp_packet *p)
{
    return (__u64)p->src_port + p->dst_port + bpf_htons(p->udp_len) +
           fp_sum_octets(ctx, p->l4 + sizeof(struct udphdr), p->udp_len - sizeof(struct udphdr));
}

/* Before anything is written. */
static __always_inline __u16 fp_translated_checksum(struct xdp_md *ctx, struct fp_scratch *s,
                                                    const struct fp_translation *t, __u16 check)
{
    const struct fp_packet *p = &s->packet;
    __u64 sum = (__u16)~check;
    __u16 result;

    if (check == 0 && !p->is_ipv6)
        return 0; /* the sender made none (RFC 768) */
    if (check == fp_pseudo_sum(p))
        sum = check + fp_sum_datagram(ctx, p);
    result = ~fp_csum_fold(sum + fp_csum_changes(s, t));
    return result ? result : 0xffff;
}

/* A checksum, after `change` was added to what it covers. */
static __always_inline __u16 fp_csum_changed(__u16 check, __u64 change)
{
    const __u16 result = ~fp_csum_fold((__u16)~check + change);

    return result ? result : 0xffff;
}

/* The frame has its final layer 2 header already, of `l2_len` octets. */
static __always_inline int fp_write_translation(struct xdp_md *ctx, const struct fp_scratch *s,
                                                const struct fp_translation *t, __u32 l2_len, __u16 check)
{
    void *end = (void *)(long)ctx->data_end;
    void *l3 = (void *)(long)ctx->data + (l2_len & 31);
    struct fp_dns_header *dns;
    struct udphdr *udp;

    if (s->packet.is_ipv6) {
        struct ipv6hdr *ip = l3;

        udp = (void *)(ip + 1);
        dns = (void *)(udp + 1);
        if ((void *)(dns + 1) > end)
            return 0;
        __builtin_memcpy(&ip->saddr, t->src, sizeof(ip->saddr));
        __builtin_memcpy(&ip->daddr, t->dst, sizeof(ip->daddr));
        ip->hop_limit -= ip->hop_limit > 1;
    } else {
        struct iphdr *ip = l3;

        udp = (void *)(ip + 1);
        dns = (void *)(udp + 1);
        if ((void *)(dns + 1) > end)
            return 0;
        ip->saddr = t->src->word[3];
        ip->daddr = t->dst->word[3];
        ip->ttl -= ip->ttl > 1;
        ip->check = 0;
        ip->check = ~fp_csum_fold(fp_csum_ipv4(ip));
    }
    udp->source = t->src_port;
    udp->dest = t->dst_port;
    udp->check = check;
    dns->id = t->id;
    return 1;
}

/* Hop limit and UDP checksum as they came. */
static __always_inline int fp_read_before_translation(struct xdp_md *ctx, const struct fp_packet *p, __u8 *hops,
                                                      __u16 *check)
{
    void *end = (void *)(long)ctx->data_end;
    void *l3 = (void *)(long)ctx->data + (p->l3 & 31);
    const struct udphdr *udp;

    if (p->is_ipv6) {
        const struct ipv6hdr *ip = l3;

        udp = (void *)(ip + 1);
        if ((void *)(udp + 1) > end)
            return 0;
        *hops = ip->hop_limit;
    } else {
        const struct iphdr *ip = l3;

        udp = (void *)(ip + 1);
        if ((void *)(udp + 1) > end)
            return 0;
        *hops = ip->ttl;
    }
    *check = udp->check;
    return 1;
}

#endif
