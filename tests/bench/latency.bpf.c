// SPDX-License-Identifier: GPL-2.0-only
/*
 * latency.bpf.c - how long a query takes, seen from the client's interface: from its way out (TC) to its answer's way in (XDP). So
 * the time that the generator's own sockets and threads take is not in it. For scripts/bench.sh; IPv4 only.
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include "lab_packet.bpf.h"

#define SLOTS 65536
#define STEPS 16 /* of the histogram, for each power of two of nanoseconds */
#define BUCKETS 512

struct slot {
    __u32 query; /* port and id */
    __u64 sent_ns;
};

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, SLOTS);
    __type(key, __u32);
    __type(value, struct slot);
} slots SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, BUCKETS);
    __type(key, __u32);
    __type(value, __u64);
} histogram SEC(".maps");

static __always_inline __u32 query_of(__be16 port, __be16 id) {
    return (__u32)bpf_ntohs(port) << 16 | bpf_ntohs(id);
}

static __always_inline struct slot *slot_of(__u32 query) {
    __u32 index = (query ^ (query >> 16) * 40503) % SLOTS;

    return bpf_map_lookup_elem(&slots, &index);
}

/* What scripts/bench/latency.jq turns into nanoseconds again. */
static __always_inline __u32 bucket_of(__u64 ns) {
    __u32 exponent = 0;

    for (int step = 32; step > 0; step /= 2) {
        if (ns >> (exponent + step) >= STEPS)
            exponent += step;
    }
    /* ns >> exponent is below 32 now, and not below 16 unless ns is. */
    return exponent * STEPS + (__u32)(ns >> exponent);
}

SEC("tc")
int sent(struct __sk_buff *skb) {
    struct lab_packet *packet = (void *)(long)skb->data;

    if ((void *)(packet + 1) > (void *)(long)skb->data_end)
        return TC_ACT_UNSPEC;
    if (packet->eth.h_proto != bpf_htons(ETH_P_IP) || packet->ip.protocol != IPPROTO_UDP ||
        packet->udp.dest != bpf_htons(53))
        return TC_ACT_UNSPEC;

    const __u32 query = query_of(packet->udp.source, packet->id);
    struct slot *slot = slot_of(query);

    if (slot) {
        slot->query = query;
        slot->sent_ns = bpf_ktime_get_ns();
    }
    return TC_ACT_UNSPEC; /* to the next filter */
}

SEC("xdp")
int received(struct xdp_md *ctx) {
    const __u64 now = bpf_ktime_get_ns();
    struct lab_packet *packet = lab_packet(ctx);

    if (!packet || packet->udp.source != bpf_htons(53))
        return XDP_PASS;

    const __u32 query = query_of(packet->udp.dest, packet->id);
    struct slot *slot = slot_of(query);

    if (!slot || slot->query != query || slot->sent_ns == 0)
        return XDP_PASS;

    __u32 index = bucket_of(now - slot->sent_ns);
    __u64 *bucket = bpf_map_lookup_elem(&histogram, &index);

    slot->sent_ns = 0; /* counted once */
    if (bucket)
        __sync_fetch_and_add(bucket, 1);
    return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
