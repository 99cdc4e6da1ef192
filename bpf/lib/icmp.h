/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * icmp.h - ICMP errors about queries: "nobody has port 53", as this host says of its resolver (TC, egress) and an upstream's
 * host of itself (XDP, ingress).
 */
#ifndef FASTPATH_LIB_ICMP_H
#define FASTPATH_LIB_ICMP_H

#include <linux/bpf.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include <dns_fastpath/dns_wire.h>

#include "lib/frame.h"

/* <linux/icmp.h> needs the C library of a 32-bit host. */
struct fp_icmp {
    __u8 type;
    __u8 code;
    __be16 checksum;
    __be32 unused;
};

#define FP_ICMP_UNREACHABLE 3 /* RFC 792 */
#define FP_ICMP_TIME_EXCEEDED 11
#define FP_ICMP_PORT 3
#define FP_ICMPV6_UNREACHABLE 1 /* RFC 4443 3.1 */
#define FP_ICMPV6_TIME_EXCEEDED 3
#define FP_ICMPV6_PORT 4

/* The error, and the beginning of the query that caused it. */
struct fp_icmp_ipv4 {
    struct iphdr ip;
    struct fp_icmp icmp;
    struct iphdr query_ip;
    struct udphdr query_udp;
} __attribute__((packed));

struct fp_icmp_ipv6 {
    struct ipv6hdr ip;
    struct fp_icmp icmp;
    struct ipv6hdr query_ip;
    struct udphdr query_udp;
} __attribute__((packed));

/* What an error says. The DNS header of the query may be missing in it (RFC 792 asks for eight octets only). */
struct fp_icmp_error {
    struct fp_addr src; /* of the query */
    struct fp_addr dst;
    __u16 src_port; /* network byte order */
    __u16 pad;
    __u32 dns_at; /* where its DNS header would begin */
    __u8 is_port; /* "port unreachable", of the errors that say that it did not get there */
};

/* `is_xdp` is a constant: one of the two calls is compiled. */
static __always_inline int fp_load_octets(void *ctx, int is_xdp, __u32 offset, void *to, __u32 len)
{
    return is_xdp ? bpf_xdp_load_bytes(ctx, offset, to, len) : bpf_skb_load_bytes(ctx, offset, to, len);
}

static __always_inline int fp_read_icmp_ipv4(void *ctx, int is_xdp, __u32 l3, struct fp_icmp_error *error)
{
    struct fp_icmp_ipv4 packet;

    if (fp_load_octets(ctx, is_xdp, l3, &packet, sizeof(packet)) || packet.ip.protocol != IPPROTO_ICMP ||
        packet.ip.ihl != sizeof(packet.ip) / 4 || packet.query_ip.ihl != sizeof(packet.ip) / 4 ||
        packet.query_ip.protocol != IPPROTO_UDP || packet.query_udp.dest != bpf_htons(FP_DNS_PORT))
        return 0;
    if (packet.icmp.type != FP_ICMP_UNREACHABLE && packet.icmp.type != FP_ICMP_TIME_EXCEEDED)
        return 0;
    fp_map_ipv4(&error->src, packet.query_ip.saddr);
    fp_map_ipv4(&error->dst, packet.query_ip.daddr);
    error->src_port = packet.query_udp.source;
    error->dns_at = l3 + sizeof(packet);
    error->is_port = packet.icmp.type == FP_ICMP_UNREACHABLE && packet.icmp.code == FP_ICMP_PORT;
    return 1;
}

static __always_inline int fp_read_icmp_ipv6(void *ctx, int is_xdp, __u32 l3, struct fp_icmp_error *error)
{
    struct fp_icmp_ipv6 packet;

    if (fp_load_octets(ctx, is_xdp, l3, &packet, sizeof(packet)) || packet.ip.nexthdr != IPPROTO_ICMPV6 ||
        packet.query_ip.nexthdr != IPPROTO_UDP || packet.query_udp.dest != bpf_htons(FP_DNS_PORT))
        return 0;
    if (packet.icmp.type != FP_ICMPV6_UNREACHABLE && packet.icmp.type != FP_ICMPV6_TIME_EXCEEDED)
        return 0;
    __builtin_memcpy(&error->src, &packet.query_ip.saddr, sizeof(error->src));
    __builtin_memcpy(&error->dst, &packet.query_ip.daddr, sizeof(error->dst));
    error->src_port = packet.query_udp.source;
    error->dns_at = l3 + sizeof(packet);
    error->is_port = packet.icmp.type == FP_ICMPV6_UNREACHABLE && packet.icmp.code == FP_ICMPV6_PORT;
    return 1;
}

static __always_inline int fp_is_icmp(const struct fp_packet *packet)
{
    return packet->protocol == (packet->is_ipv6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP);
}

/* Is the packet an ICMP error about a query to port 53? */
static __always_inline int fp_read_icmp_error(void *ctx, int is_xdp, const struct fp_frame *frame,
                                              struct fp_icmp_error *error)
{
    struct fp_packet packet = {};

    switch (fp_parse_eth(frame, &packet)) {
    case bpf_htons(ETH_P_IP):
        return fp_read_icmp_ipv4(ctx, is_xdp, packet.l3, error);
    case bpf_htons(ETH_P_IPV6):
        return fp_read_icmp_ipv6(ctx, is_xdp, packet.l3, error);
    default:
        return 0;
    }
}

#endif
