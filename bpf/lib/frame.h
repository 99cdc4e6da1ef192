/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * frame.h - Ethernet, at most two VLAN tags, IPv4 or IPv6, UDP: strictly.
 *
 * Serves XDP and TC: a cursor over directly accessible memory, and the full length of the packet. What is not UDP between
 * `port` and us is FP_OUT_other; what is, but has something that the fast path does not understand, has its own outcome.
 */
#ifndef FASTPATH_LIB_FRAME_H
#define FASTPATH_LIB_FRAME_H

#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include <dns_fastpath/counters.h>

#include "lib/csum.h"
#include "lib/scratch.h"

struct fp_frame {
    void *data;
    void *end;
    __u32 len; /* of the whole packet, which may go on behind `end` */
};

struct fp_vlan_tag {
    __be16 tci;
    __be16 proto;
};

#define FP_VLAN_ID 0x0fff /* of the TCI */

#define FP_IP_MORE_FRAGMENTS 0x2000
#define FP_IP_FRAGMENT_OFFSET 0x1fff

static __always_inline int fp_is_vlan(__be16 proto)
{
    return proto == bpf_htons(ETH_P_8021Q) || proto == bpf_htons(ETH_P_8021AD);
}

/* Sets packet->l3 and returns the EtherType behind the tags, 0 where the frame is too short. */
static __always_inline __be16 fp_parse_eth(const struct fp_frame *frame, struct fp_packet *packet)
{
    const struct ethhdr *eth = frame->data;
    const struct fp_vlan_tag *tag = (const void *)(eth + 1);
    __be16 proto;

    if ((const void *)(eth + 1) > frame->end)
        return 0;
    proto = eth->h_proto;
    packet->l3 = sizeof(*eth);
#pragma unroll
    for (int i = 0; i < 2; i++, tag++) {
        if (!fp_is_vlan(proto))
            break;
        if ((const void *)(tag + 1) > frame->end)
            return 0;
        proto = tag->proto;
        packet->l3 += sizeof(*tag);
    }
    return proto;
}

static __always_inline void fp_map_ipv4(struct fp_addr *addr, __be32 ipv4)
{
    addr->word[0] = 0;
    addr->word[1] = 0;
    addr->word[2] = FP_ADDR_MAPPED_WORD;
    addr->word[3] = ipv4;
}

/* The ports, and that the UDP length is exactly what IP carries. Leaves the decision about the port to the caller. */
static __always_inline enum fp_outcome fp_parse_udp(const struct fp_frame *frame, struct fp_packet *packet,
                                                    const void *l4, __u32 ip_payload)
{
    const struct udphdr *udp = l4;

    if ((const void *)(udp + 1) > frame->end)
        return FP_OUT_other;
    packet->src_port = udp->source;
    packet->dst_port = udp->dest;
    packet->udp_len = bpf_ntohs(udp->len);
    return packet->udp_len == ip_payload ? FP_GO_ON : FP_OUT_pass_udp_length;
}

/* The first segment of a TCP connection to our port stands for the queries in it. */
static __always_inline enum fp_outcome fp_parse_tcp(const struct fp_frame *frame, struct fp_packet *packet,
                                                    const void *l4)
{
    const struct tcphdr *tcp = l4;

    if ((const void *)(tcp + 1) > frame->end || !tcp->syn || tcp->ack)
        return FP_OUT_other;
    packet->src_port = tcp->source;
    packet->dst_port = tcp->dest;
    return FP_OUT_pass_tcp;
}

static __always_inline enum fp_outcome fp_parse_ipv4(const struct fp_frame *frame, struct fp_packet *packet,
                                                     const struct iphdr *ip)
{
    const __u32 header_len = ip->ihl * 4;
    const __u32 total_len = bpf_ntohs(ip->tot_len);
    const void *l4 = (const void *)ip + header_len;
    enum fp_outcome outcome;

    if (ip->version != 4 || header_len < sizeof(*ip))
        return FP_OUT_other;
    if (ip->frag_off & bpf_htons(FP_IP_FRAGMENT_OFFSET))
        return FP_OUT_other; /* no ports in it */
    packet->is_ipv6 = 0;
    packet->protocol = ip->protocol;
    packet->l4 = packet->l3 + header_len;
    fp_map_ipv4(&packet->src, ip->saddr);
    fp_map_ipv4(&packet->dst, ip->daddr);
    if (ip->protocol == IPPROTO_TCP)
        return fp_parse_tcp(frame, packet, l4);
    if (ip->protocol != IPPROTO_UDP)
        return FP_OUT_other;

    outcome = fp_parse_udp(frame, packet, l4, total_len - header_len);
    if (outcome == FP_OUT_other)
        return outcome;
    if (ip->frag_off & bpf_htons(FP_IP_MORE_FRAGMENTS))
        return FP_OUT_pass_fragment;
    if (header_len != sizeof(*ip))
        return FP_OUT_pass_ip_options;
    if (total_len < header_len || packet->l3 + total_len > frame->len)
        return FP_OUT_pass_ip_length;
    if (fp_csum_fold(fp_csum_ipv4(ip)) != 0xffff)
        return FP_OUT_pass_ip_checksum;
    return outcome;
}

static __always_inline int fp_is_mapped(const struct in6_addr *address)
{
    const __u32 *word = address->in6_u.u6_addr32;

    return word[0] == 0 && word[1] == 0 && word[2] == FP_ADDR_MAPPED_WORD;
}

static __always_inline int fp_is_ipv6_extension(__u8 next_header)
{
    switch (next_header) {
    case IPPROTO_HOPOPTS:
    case IPPROTO_ROUTING:
    case IPPROTO_FRAGMENT:
    case IPPROTO_DSTOPTS:
    case IPPROTO_AH:
    case IPPROTO_MH:
        return 1;
    default:
        return 0;
    }
}

static __always_inline enum fp_outcome fp_parse_ipv6(const struct fp_frame *frame, struct fp_packet *packet,
                                                     const struct ipv6hdr *ip)
{
    const __u32 payload_len = bpf_ntohs(ip->payload_len);
    enum fp_outcome outcome;

    if (ip->version != 6)
        return FP_OUT_other;
    if (fp_is_mapped(&ip->saddr) || fp_is_mapped(&ip->daddr))
        return FP_OUT_other; /* never on the wire, and would stand for an IPv4 address in our maps */
    packet->is_ipv6 = 1;
    packet->protocol = ip->nexthdr;
    packet->l4 = packet->l3 + sizeof(*ip);
    __builtin_memcpy(&packet->src, &ip->saddr, sizeof(packet->src));
    __builtin_memcpy(&packet->dst, &ip->daddr, sizeof(packet->dst));
    if (ip->nexthdr == IPPROTO_TCP)
        return fp_parse_tcp(frame, packet, ip + 1);
    if (fp_is_ipv6_extension(ip->nexthdr)) {
        /* What comes behind it is not looked at: taken for DNS, where it goes to a listen address. */
        packet->src_port = packet->dst_port = bpf_htons(FP_DNS_PORT);
        return FP_OUT_pass_ipv6_extension;
    }
    if (ip->nexthdr != IPPROTO_UDP)
        return FP_OUT_other;

    outcome = fp_parse_udp(frame, packet, ip + 1, payload_len);
    if (outcome != FP_OUT_other && packet->l4 + payload_len > frame->len)
        return FP_OUT_pass_ip_length;
    return outcome;
}

static __always_inline enum fp_outcome fp_parse_frame(const struct fp_frame *frame, struct fp_packet *packet)
{
    const __be16 proto = fp_parse_eth(frame, packet);
    const void *l3 = frame->data + (packet->l3 & 31);

    packet->protocol = 0;
    if (proto == bpf_htons(ETH_P_IP)) {
        if (l3 + sizeof(struct iphdr) > frame->end)
            return FP_OUT_other;
        return fp_parse_ipv4(frame, packet, l3);
    }
    if (proto == bpf_htons(ETH_P_IPV6)) {
        if (l3 + sizeof(struct ipv6hdr) > frame->end)
            return FP_OUT_other;
        return fp_parse_ipv6(frame, packet, l3);
    }
    return FP_OUT_other;
}

#endif
