// SPDX-License-Identifier: GPL-2.0-only
/*
 * rewrite.bpf.c - the floor of forwarding in scripts/bench.sh: the least that sends a query to another resolver and its answer back.
 * No state: the client's port and id stay, and who is who is compiled in (CLIENT, HOST, UPSTREAM: IPv4 addresses in host byte
 * order; CLIENT_MAC and UPSTREAM_MAC: initialisers).
 */
#include "lab_packet.bpf.h"

static __always_inline int send_on(struct lab_packet *packet, __u32 to, const __u8 *mac) {
    __builtin_memcpy(packet->eth.h_source, packet->eth.h_dest, ETH_ALEN);
    __builtin_memcpy(packet->eth.h_dest, mac, ETH_ALEN);
    account_for(packet, packet->ip.saddr, bpf_htonl(HOST));
    packet->ip.saddr = bpf_htonl(HOST);
    account_for(packet, packet->ip.daddr, bpf_htonl(to));
    packet->ip.daddr = bpf_htonl(to);
    return XDP_TX;
}

SEC("xdp")
int rewrite(struct xdp_md *ctx) {
    static const __u8 client_mac[ETH_ALEN] = CLIENT_MAC;
    static const __u8 upstream_mac[ETH_ALEN] = UPSTREAM_MAC;
    struct lab_packet *packet = lab_packet(ctx);

    if (!packet)
        return XDP_PASS;
    if (packet->udp.dest == bpf_htons(53) && packet->ip.saddr == bpf_htonl(CLIENT))
        return send_on(packet, UPSTREAM, upstream_mac);
    if (packet->udp.source == bpf_htons(53) && packet->ip.saddr == bpf_htonl(UPSTREAM))
        return send_on(packet, CLIENT, client_mac);
    return XDP_PASS;
}
