/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * icmp.h - the host's own "port unreachable" for a query (RFC 792, RFC 4443 3.1): nobody has port 53 of a listen address.
 */
#ifndef FASTPATH_LIB_ICMP_H
#define FASTPATH_LIB_ICMP_H

#include <linux/bpf.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include <dns_fastpath/dns_wire.h>

#include "lib/acl.h"
#include "lib/frame.h"

/* <linux/icmp.h> needs the C library of a 32-bit host. */
struct fp_icmp {
    __u8 type;
    __u8 code;
    __u8 rest[6];
};

#define FP_ICMP_UNREACHABLE 3
#define FP_ICMP_PORT 3
#define FP_ICMPV6_UNREACHABLE 1
#define FP_ICMPV6_PORT 4

/* IP headers without options: a query that has some is not passed by us as a miss. */
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

static __always_inline int fp_is_unreachable_ipv4(struct __sk_buff *skb, __u32 l3)
{
    struct fp_icmp_ipv4 packet;
    struct fp_addr address;

    if (bpf_skb_load_bytes(skb, l3, &packet, sizeof(packet)))
        return 0;
    if (packet.ip.protocol != IPPROTO_ICMP || packet.ip.ihl != sizeof(packet.ip) / 4 ||
        packet.icmp.type != FP_ICMP_UNREACHABLE || packet.icmp.code != FP_ICMP_PORT)
        return 0;
    fp_map_ipv4(&address, packet.query_ip.daddr);
    return packet.query_ip.protocol == IPPROTO_UDP && packet.query_ip.ihl == sizeof(packet.ip) / 4 &&
           packet.query_udp.dest == bpf_htons(FP_DNS_PORT) && fp_find_listener(&address);
}

static __always_inline int fp_is_unreachable_ipv6(struct __sk_buff *skb, __u32 l3)
{
    struct fp_icmp_ipv6 packet;
    struct fp_addr address;

    if (bpf_skb_load_bytes(skb, l3, &packet, sizeof(packet)))
        return 0;
    if (packet.ip.nexthdr != IPPROTO_ICMPV6 || packet.icmp.type != FP_ICMPV6_UNREACHABLE ||
        packet.icmp.code != FP_ICMPV6_PORT)
        return 0;
    __builtin_memcpy(&address, &packet.query_ip.daddr, sizeof(address));
    return packet.query_ip.nexthdr == IPPROTO_UDP && packet.query_udp.dest == bpf_htons(FP_DNS_PORT) &&
           fp_find_listener(&address);
}

static __always_inline int fp_is_port_unreachable(struct __sk_buff *skb)
{
    const struct fp_frame frame = {
        .data = (void *)(long)skb->data, .end = (void *)(long)skb->data_end, .len = skb->len};
    struct fp_packet packet = {};

    switch (fp_parse_eth(&frame, &packet)) {
    case bpf_htons(ETH_P_IP):
        return fp_is_unreachable_ipv4(skb, packet.l3);
    case bpf_htons(ETH_P_IPV6):
        return fp_is_unreachable_ipv6(skb, packet.l3);
    default:
        return 0;
    }
}

#endif
