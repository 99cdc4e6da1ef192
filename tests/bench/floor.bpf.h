/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * floor.bpf.h - the least that any answerer with a hash map does: load the name, look up 16 octets, grow the packet, write the
 * body, swap the addresses. No parsing, hash, comparison, ageing, checksum, ACL or counter; IPv4 without tags or options.
 */
#ifndef FASTPATH_BENCH_FLOOR_H
#define FASTPATH_BENCH_FLOOR_H

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/udp.h>

#include <bpf/bpf_helpers.h>

#include "packet_cost.h"

#define FLOOR_NAME_AT (sizeof(struct ethhdr) + sizeof(struct iphdr) + sizeof(struct udphdr) + 12)

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 1024);
    __type(key, struct bench_floor_key);
    __type(value, struct bench_floor_body);
} floor_bodies SEC(".maps");

static __always_inline int floor_swap_addresses(struct xdp_md *ctx) {
    void *data = (void *)(long)ctx->data;
    void *end = (void *)(long)ctx->data_end;
    struct ethhdr *eth = data;
    struct iphdr *ip = (void *)(eth + 1);
    struct udphdr *udp = (void *)(ip + 1);
    __u8 mac[ETH_ALEN];
    __be32 address;
    __be16 port;

    if ((void *)(udp + 1) > end)
        return XDP_ABORTED;
    __builtin_memcpy(mac, eth->h_dest, ETH_ALEN);
    __builtin_memcpy(eth->h_dest, eth->h_source, ETH_ALEN);
    __builtin_memcpy(eth->h_source, mac, ETH_ALEN);
    address = ip->daddr;
    ip->daddr = ip->saddr;
    ip->saddr = address;
    port = udp->dest;
    udp->dest = udp->source;
    udp->source = port;
    return XDP_TX;
}

static __always_inline int floor_answer(struct xdp_md *ctx, const struct bench_packet *packet) {
    union {
        struct bench_floor_key key;
        __u8 octets[256];
    } name;
    const struct bench_floor_body *body;
    __u32 name_len = packet->name_len;
    __u32 len;

    name.key.word[0] = 0;
    name.key.word[1] = 0;
    if (name_len == 0 || name_len > sizeof(name.octets) ||
        bpf_xdp_load_bytes(ctx, FLOOR_NAME_AT, name.octets, name_len))
        return XDP_ABORTED;
    body = bpf_map_lookup_elem(&floor_bodies, &name.key);
    if (!body)
        return XDP_ABORTED;
    len = body->len;
    if (len == 0 || len > BENCH_BODY_MAX || bpf_xdp_adjust_tail(ctx, len) ||
        bpf_xdp_store_bytes(ctx, packet->len, (void *)body->octets, len))
        return XDP_ABORTED;
    return floor_swap_addresses(ctx);
}

#endif
