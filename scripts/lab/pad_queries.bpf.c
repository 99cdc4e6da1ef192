// SPDX-License-Identifier: Apache-2.0
// For the client's end of the lab's veth: a query leaves in a frame of full size, padded behind the IP datagram. A NIC's
// buffer has kilobytes behind a packet; a veth of newer kernels (seen on 6.18) copies it into a part of a page that just
// fits it, where an answer in place has no room. Padding is what remains of a frame after its datagram, so every receiver
// ignores it. No part of the product.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/pkt_cls.h>

#define FRAME_SIZE 1514 // an Ethernet header and an MTU of 1,500

static long (*const bpf_skb_load_bytes)(const void *skb, __u32 offset, void *to,
                                        __u32 len) = (void *)BPF_FUNC_skb_load_bytes;
static long (*const bpf_skb_change_tail)(struct __sk_buff *skb, __u32 len,
                                         __u64 flags) = (void *)BPF_FUNC_skb_change_tail;

// Where the protocol number stands in the frame.
static inline __u32 protocol_offset(const struct __sk_buff *skb) {
    return sizeof(struct ethhdr) + (skb->protocol == __builtin_bswap16(ETH_P_IPV6) ? 6 : 9);
}

__attribute__((section("tc"), used)) int pad_queries(struct __sk_buff *skb) {
    __u8 protocol = 0;

    // UDP only: the checksum of TCP is not there yet, and would be computed over the padding too.
    if (bpf_skb_load_bytes(skb, protocol_offset(skb), &protocol, sizeof(protocol)) == 0 && protocol == IPPROTO_UDP &&
        skb->len < FRAME_SIZE) {
        bpf_skb_change_tail(skb, FRAME_SIZE, 0);
    }
    return TC_ACT_OK;
}
