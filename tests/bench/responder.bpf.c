// SPDX-License-Identifier: GPL-2.0-only
/*
 * responder.bpf.c - who answers in scripts/bench.sh at the least cost that there can be, as upstream and as floor: each query comes
 * back as a response without records, with the flags ANSWER_FLAGS.
 */
#include "lab_packet.bpf.h"

SEC("xdp")
int respond(struct xdp_md *ctx) {
    struct lab_packet *packet = lab_packet(ctx);
    __u8 mac[ETH_ALEN];

    if (!packet || packet->udp.dest != bpf_htons(53))
        return XDP_PASS;

    /* What changes places leaves the checksums as they are. */
    const __be32 address = packet->ip.saddr;
    const __be16 port = packet->udp.source;

    __builtin_memcpy(mac, packet->eth.h_source, ETH_ALEN);
    __builtin_memcpy(packet->eth.h_source, packet->eth.h_dest, ETH_ALEN);
    __builtin_memcpy(packet->eth.h_dest, mac, ETH_ALEN);
    packet->ip.saddr = packet->ip.daddr;
    packet->ip.daddr = address;
    packet->udp.source = packet->udp.dest;
    packet->udp.dest = port;
    if (packet->udp.check)
        packet->udp.check = changed16(packet->udp.check, packet->flags, bpf_htons(ANSWER_FLAGS));
    packet->flags = bpf_htons(ANSWER_FLAGS);
    return XDP_TX;
}
