/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * reply.h - turns the query in the packet into its answer: room, TTLs, OPT, headers, checksums.
 *
 * The question stays as the client wrote it, so 0x20 case survives and compression pointers to offset 12 stay true. Until
 * fp_make_room() has succeeded nothing is written: a packet that is passed up is the one that arrived.
 */
#ifndef FASTPATH_LIB_REPLY_H
#define FASTPATH_LIB_REPLY_H

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include <dns_fastpath/cache.h>
#include <dns_fastpath/config.h>
#include <dns_fastpath/counters.h>
#include <dns_fastpath/dns_wire.h>

#include "lib/csum.h"
#include "lib/scratch.h"
#include "lib/verifier.h"

#define FP_REPLY_HOPS 64
#define FP_FRAME_MAX 2048 /* a power of two above headers, body and OPT: offsets are masked */
#define FP_HEAD_SHARE 208 /* of the 256 octets of head room, less what the kernel keeps for its xdp_frame */

/* What stands behind the question, and the header that goes with it. Host byte order. */
struct fp_reply {
    __u16 flags; /* without those that are copied from the query */
    __u16 ancount;
    __u16 nscount;
    __u16 arcount; /* without OPT */
    __u16 body_len;
    __u16 body_sum; /* as given, folded, as if the body began at an even offset */
    __u16 ede;      /* INFO-CODE of an extended error in the OPT (RFC 8914), 0 = none */
};

/* OPT of a response: root name, type 41, our payload size, no extended RCODE, version 0, DO as asked; options may follow. */
struct fp_opt {
    __u8 root;
    __be16 type;
    __be16 payload_size;
    __be16 extended_rcode_version;
    __be16 flags;
    __be16 options_len;
} __attribute__((packed));

/* The one option that we add. */
struct fp_ede_option {
    __be16 code;
    __be16 len;
    __be16 info_code;
} __attribute__((packed));
FP_STATIC_ASSERT(sizeof(struct fp_ede_option) == FP_EDNS_EDE_LEN, "EDE without text");

/* Octets of UDP payload that `body_len` makes, without an extended error. */
static __always_inline __u32 fp_bare_size(const struct fp_question *q, __u32 body_len)
{
    return FP_DNS_HEADER_LEN + q->name_len + FP_DNS_QTAIL_LEN + body_len + (q->has_opt ? FP_DNS_OPT_LEN : 0);
}

static __always_inline __u32 fp_reply_size(const struct fp_question *q, const struct fp_reply *reply)
{
    return fp_bare_size(q, reply->body_len) + (reply->ede ? FP_EDNS_EDE_LEN : 0);
}

/* The extended error goes along where the client has OPT and room for it: it must not be what makes an answer too large. */
static __always_inline void fp_add_ede(const struct fp_question *q, struct fp_reply *reply, __u16 info_code)
{
    if (q->has_opt && fp_bare_size(q, reply->body_len) + FP_EDNS_EDE_LEN <= q->limit)
        reply->ede = info_code;
}

/* Makes room at the head: what stands before the body moves forward. */
static __always_inline int fp_grow_head(struct xdp_md *ctx, struct fp_scratch *s, __u32 delta, __u32 before_body)
{
    FP_BOUNDED(before_body);
    if (before_body == 0 || before_body > FP_HEADERS_MAX)
        return 0;
    FP_BOUNDED(before_body);
    if (bpf_xdp_adjust_head(ctx, -(__s32)delta))
        return 0;
    if (bpf_xdp_load_bytes(ctx, delta, s->headers, before_body) ||
        bpf_xdp_store_bytes(ctx, 0, s->headers, before_body)) {
        bpf_xdp_adjust_head(ctx, delta);
        return 0;
    }
    return 1;
}

/*
 * Makes the packet `delta` octets longer (or shorter) behind the question. A NIC leaves kilobytes of tail room, but a veth may
 * leave hardly any; there the packet grows at its head, or at both ends. Fails without a trace.
 */
static __always_inline int fp_make_room(struct xdp_md *ctx, struct fp_scratch *s, __s32 delta, __u32 before_body)
{
    const __s32 rest = delta - FP_HEAD_SHARE;

    if (delta == 0 || bpf_xdp_adjust_tail(ctx, delta) == 0)
        return 1;
    if (delta < 0)
        return 0;
    if (rest <= 0)
        return fp_grow_head(ctx, s, delta, before_body);
    if (bpf_xdp_adjust_tail(ctx, rest))
        return 0;
    if (fp_grow_head(ctx, s, FP_HEAD_SHARE, before_body))
        return 1;
    bpf_xdp_adjust_tail(ctx, -rest);
    return 0;
}

/* Gives every TTL of the body, which begins at `offset` of the packet, its value; the front lists where they are. */
static __always_inline int fp_set_ttls(struct xdp_md *ctx, const struct fp_giving *giving, __u32 offset,
                                       __u32 body_size, const __u8 *front, __u32 front_size, __u32 ttl_offsets,
                                       __u32 ttl_count)
{
    void *data = (void *)(long)ctx->data;
    void *end = (void *)(long)ctx->data_end;
    void *body = data + (offset & (FP_FRAME_MAX - 1));
    const __u32 keep = giving->ttl_keep;
    const __u32 less = giving->ttl_less;

#pragma clang loop unroll(disable)
    for (__u32 i = 0; i < FP_TTL_MAX; i++) {
        __u32 at = ttl_offsets + 2 * i;
        __be32 *ttl;

        if (i >= ttl_count)
            return 1;
        if (at > front_size - 2)
            return 0;
        at = *(const __u16 *)(front + at);
        if (at > body_size - 4)
            return 0;
        ttl = body + at;
        if ((void *)(ttl + 1) > end)
            return 0;
        *ttl = bpf_htonl((bpf_ntohl(*ttl) & keep) - less);
    }
    return ttl_count == FP_TTL_MAX;
}

/* Writes the OPT at `offset` of the packet and returns its sum in *sum, as if it began at an even offset. */
static __always_inline int fp_write_opt(struct xdp_md *ctx, const struct fp_question *q, __u16 payload_size,
                                        __u16 info_code, __u32 offset, __u64 *sum)
{
    struct fp_opt *opt = (void *)(long)ctx->data + (offset & (FP_FRAME_MAX - 1));
    struct fp_ede_option *ede = (void *)(opt + 1);

    if ((void *)(opt + 1) > (void *)(long)ctx->data_end)
        return 0;
    opt->root = 0;
    opt->type = bpf_htons(FP_TYPE_OPT);
    opt->payload_size = bpf_htons(payload_size);
    opt->extended_rcode_version = 0;
    opt->flags = q->query_bits & FP_QUERY_DO ? bpf_htons(FP_EDNS_DO) : 0;
    opt->options_len = info_code ? bpf_htons(FP_EDNS_EDE_LEN) : 0;
    *sum = (__u64)opt->type + opt->payload_size + opt->flags + opt->options_len;
    if (info_code) {
        if ((void *)(ede + 1) > (void *)(long)ctx->data_end)
            return 0;
        ede->code = bpf_htons(FP_EDNS_OPTION_EDE);
        ede->len = bpf_htons(sizeof(ede->info_code));
        ede->info_code = bpf_htons(info_code);
        *sum += (__u64)ede->code + ede->len + ede->info_code;
    }
    *sum = fp_csum_swap_if(fp_csum_fold(*sum), 1); /* all fields but the root octet lie at odd offsets */
    return 1;
}

static __always_inline void fp_swap_macs(struct ethhdr *eth)
{
    __u8 mac[ETH_ALEN];

    __builtin_memcpy(mac, eth->h_dest, ETH_ALEN);
    __builtin_memcpy(eth->h_dest, eth->h_source, ETH_ALEN);
    __builtin_memcpy(eth->h_source, mac, ETH_ALEN);
}

/* A fresh header: no options, no ECN, DF (RFC 6864: then the id may be 0), TTL 64. */
static __always_inline void fp_write_ipv4(struct iphdr *ip, const struct fp_packet *packet, __u32 udp_len)
{
    ip->version = 4;
    ip->ihl = sizeof(*ip) / 4;
    ip->tos = 0;
    ip->tot_len = bpf_htons(sizeof(*ip) + udp_len);
    ip->id = 0;
    ip->frag_off = bpf_htons(0x4000);
    ip->ttl = FP_REPLY_HOPS;
    ip->protocol = IPPROTO_UDP;
    ip->check = 0;
    ip->saddr = packet->dst.word[3];
    ip->daddr = packet->src.word[3];
    ip->check = ~fp_csum_fold(fp_csum_ipv4(ip));
}

static __always_inline void fp_write_ipv6(struct ipv6hdr *ip, const struct fp_packet *packet, __u32 udp_len)
{
    *(__be32 *)ip = bpf_htonl(6U << 28); /* version; no traffic class, no flow label */
    ip->payload_len = bpf_htons(udp_len);
    ip->nexthdr = IPPROTO_UDP;
    ip->hop_limit = FP_REPLY_HOPS;
    __builtin_memcpy(&ip->saddr, &packet->dst, sizeof(ip->saddr));
    __builtin_memcpy(&ip->daddr, &packet->src, sizeof(ip->daddr));
}

static __always_inline void fp_write_dns(struct fp_dns_header *dns, const struct fp_question *q,
                                         const struct fp_reply *reply)
{
    dns->id = q->id;
    dns->flags = bpf_htons(FP_DNS_QR | reply->flags | (q->flags & (FP_DNS_RD | FP_DNS_CD)));
    dns->qdcount = bpf_htons(1);
    dns->ancount = bpf_htons(reply->ancount);
    dns->nscount = bpf_htons(reply->nscount);
    dns->arcount = bpf_htons(reply->arcount + (q->has_opt ? 1 : 0));
}

/* The UDP checksum of the whole answer, from what is known of its parts; nothing of the query's own checksum is used. */
static __always_inline __u16 fp_udp_checksum(const struct fp_scratch *s, const struct fp_dns_header *dns, __u32 udp_len,
                                             const struct fp_reply *reply, __u64 opt_sum)
{
    const struct fp_packet *packet = &s->packet;
    const struct fp_question *q = &s->question;
    const __u16 *header = (const __u16 *)dns;
    __u16 at_odd = fp_csum_fold((__u64)bpf_htons(q->qtype) + bpf_htons(FP_CLASS_IN) + reply->body_sum +
                                fp_csum_swap_if(fp_csum_fold(opt_sum), reply->body_len));
    __u64 sum = q->name_sum + fp_csum_swap_if(at_odd, q->name_len);

    sum += fp_csum_addr(&packet->src) + fp_csum_addr(&packet->dst);
    sum += (__u64)bpf_htons(IPPROTO_UDP) + 2 * (__u64)bpf_htons(udp_len) + packet->src_port + packet->dst_port;
    sum += (__u64)header[0] + header[1] + header[2] + header[3] + header[4] + header[5];
    sum = (__u16)~fp_csum_fold(sum);
    return sum ? sum : 0xffff; /* 0 would mean "no checksum" (RFC 768) */
}

/* All that stands before the question. */
static __always_inline int fp_write_headers(struct xdp_md *ctx, const struct fp_scratch *s,
                                            const struct fp_reply *reply, __u32 udp_len, __u64 opt_sum)
{
    const struct fp_packet *packet = &s->packet;
    void *data = (void *)(long)ctx->data;
    void *end = (void *)(long)ctx->data_end;
    void *l3 = data + (packet->l3 & 31);
    struct ethhdr *eth = data;
    struct fp_dns_header *dns;
    struct udphdr *udp;

    if ((void *)(eth + 1) > end)
        return 0;
    if (packet->is_ipv6) {
        struct ipv6hdr *ip = l3;

        udp = (void *)(ip + 1);
        dns = (void *)(udp + 1);
        if ((void *)(dns + 1) > end)
            return 0;
        fp_write_ipv6(ip, packet, udp_len);
    } else {
        struct iphdr *ip = l3;

        udp = (void *)(ip + 1);
        dns = (void *)(udp + 1);
        if ((void *)(dns + 1) > end)
            return 0;
        fp_write_ipv4(ip, packet, udp_len);
    }
    fp_swap_macs(eth);
    fp_write_dns(dns, &s->question, reply);
    udp->source = packet->dst_port;
    udp->dest = packet->src_port;
    udp->len = bpf_htons(udp_len);
    udp->check = fp_udp_checksum(s, dns, udp_len, reply, opt_sum);
    return 1;
}

/* All of an answer but its body, in a packet that has its final length already: headers and OPT. */
static __always_inline int fp_write_reply(struct xdp_md *ctx, const struct fp_scratch *s, const struct fp_reply *reply,
                                          __u16 payload_size, __u32 body_at)
{
    const __u32 udp_len = sizeof(struct udphdr) + fp_reply_size(&s->question, reply);
    __u64 opt_sum = 0;

    if (s->question.has_opt &&
        !fp_write_opt(ctx, &s->question, payload_size, reply->ede, body_at + reply->body_len, &opt_sum))
        return 0;
    return fp_write_headers(ctx, s, reply, udp_len, opt_sum);
}

static __always_inline __u32 fp_body_offset(const struct fp_scratch *s)
{
    return s->packet.l4 + sizeof(struct udphdr) + FP_DNS_HEADER_LEN + s->question.name_len + FP_DNS_QTAIL_LEN;
}

/* How much longer the frame has to be. Ethernet padding and the query's OPT count as room. */
static __always_inline __s32 fp_reply_growth(const struct fp_scratch *s, const struct fp_reply *reply)
{
    const __u32 frame = s->packet.l4 + sizeof(struct udphdr) + fp_reply_size(&s->question, reply);

    return (__s32)frame - s->packet.frame_len;
}

/* An answer without records: TC=1, or REFUSED. */
static __always_inline enum fp_outcome fp_reply_empty(struct xdp_md *ctx, struct fp_scratch *s,
                                                      const struct fp_reply *reply, __u16 payload_size,
                                                      enum fp_outcome outcome)
{
    const __u32 body_at = fp_body_offset(s);

    if (!fp_make_room(ctx, s, fp_reply_growth(s, reply), body_at))
        return FP_OUT_pass_no_room;
    return fp_write_reply(ctx, s, reply, payload_size, body_at) ? outcome : FP_OUT_drop_internal;
}

#endif
