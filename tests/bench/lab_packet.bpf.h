/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lab_packet.bpf.h - a DNS packet of the steering bench: Ethernet, IPv4 without options, UDP; and its checksums, kept by their
 * change (RFC 1624). Only what the lab itself sends is understood. No part of the product.
 */
#ifndef FASTPATH_BENCH_LAB_PACKET_BPF_H
#define FASTPATH_BENCH_LAB_PACKET_BPF_H

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/udp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct lab_packet {
    struct ethhdr eth;
    struct iphdr ip;
    struct udphdr udp;
    __be16 id;
    __be16 flags; /* of the DNS header */
} __attribute__((packed));

/* 0 where it is something else. */
static __always_inline struct lab_packet *lab_packet(struct xdp_md *ctx) {
    struct lab_packet *packet = (void *)(long)ctx->data;

    if ((void *)(packet + 1) > (void *)(long)ctx->data_end)
        return 0;
    if (packet->eth.h_proto != bpf_htons(ETH_P_IP) || packet->ip.version != 4 || packet->ip.ihl != 5 ||
        packet->ip.protocol != IPPROTO_UDP)
        return 0;
    return packet;
}

static __always_inline __u16 changed16(__u16 check, __u16 from, __u16 to) {
    __u32 sum = (__u16)~check + (__u32)(__u16)~from + to;

    sum = (sum & 0xffff) + (sum >> 16);
    return (__u16) ~((sum & 0xffff) + (sum >> 16));
}

static __always_inline __u16 changed32(__u16 check, __u32 from, __u32 to) {
    return changed16(changed16(check, (__u16)from, (__u16)to), (__u16)(from >> 16), (__u16)(to >> 16));
}

/* The checksums of a packet in which an address is about to change. 0 says that there is none (RFC 768), and stays. */
static __always_inline void account_for(struct lab_packet *packet, __be32 from, __be32 to) {
    packet->ip.check = changed32(packet->ip.check, from, to);
    if (packet->udp.check)
        packet->udp.check = changed32(packet->udp.check, from, to);
}

#endif
