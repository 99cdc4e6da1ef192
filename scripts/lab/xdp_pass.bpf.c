// SPDX-License-Identifier: Apache-2.0
// For the client's end of the lab's veth: the kernel delivers what the other end sends with XDP_TX only to a veth that
// runs a native XDP program itself (drivers/net/veth.c, veth_xdp_xmit). No part of the product.
#include <linux/bpf.h>

__attribute__((section("xdp"), used)) int xdp_pass(struct xdp_md *ctx) {
    (void)ctx;
    return XDP_PASS;
}
