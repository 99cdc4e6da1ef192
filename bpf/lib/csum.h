/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * csum.h - the Internet checksum (RFC 1071) from sums that are known already.
 *
 * Sums are of 16-bit words as the host loads them; the one's-complement sum does not mind the byte order as long as it is
 * one (RFC 1071 2.B), and data at an odd offset counts byte-swapped.
 */
#ifndef FASTPATH_LIB_CSUM_H
#define FASTPATH_LIB_CSUM_H

#include <linux/ip.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include <dns_fastpath/abi.h>

static __always_inline __u16 fp_csum_fold(__u64 sum)
{
    sum = (sum & 0xffffffff) + (sum >> 32);
    sum = (sum & 0xffff) + ((sum >> 16) & 0xffff) + (sum >> 32);
    sum = (sum & 0xffff) + (sum >> 16);
    return (__u16)((sum & 0xffff) + (sum >> 16));
}

static __always_inline __u16 fp_csum_swap_if(__u16 sum, __u32 odd)
{
    return (odd & 1) ? __builtin_bswap16(sum) : sum;
}

static __always_inline __u64 fp_csum_addr(const struct fp_addr *addr)
{
    return (__u64)addr->word[0] + addr->word[1] + addr->word[2] + addr->word[3];
}

/* Over a header without options, its checksum field included: folds to 0xffff where that is right. */
static __always_inline __u64 fp_csum_ipv4(const struct iphdr *ip)
{
    const __u32 *word = (const __u32 *)ip;

    return (__u64)word[0] + word[1] + word[2] + word[3] + word[4];
}

/*
 * What `count` TTLs, each `ttl` seconds, add to the sum of a body. A TTL is congruent to the sum of its two halves, so only how
 * many stand at odd offsets counts (`odd` of them), not where.
 */
static __always_inline __u16 fp_csum_ttls(__u32 ttl, __u16 count, __u16 odd)
{
    const __u64 folded = (ttl & 0xffff) + (ttl >> 16);
    const __u16 at_even = fp_csum_fold(folded * (__u16)(count - odd));
    const __u16 at_odd = fp_csum_fold(folded * odd);

    return bpf_htons(
        fp_csum_fold((__u64)at_even + __builtin_bswap16(at_odd))); /* TTLs are big-endian, sums host loads */
}

#endif
