/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * capture.h - packets as they came and as they left, for `dns-fastpathctl capture`: what is answered or dropped by the programs,
 * tcpdump never sees.
 */
#ifndef DNS_FASTPATH_CAPTURE_H
#define DNS_FASTPATH_CAPTURE_H

#include <dns_fastpath/abi.h>
#include <dns_fastpath/dns_wire.h>

/* Octets of a packet that are kept: no answer given here is longer (FP_BODY_MAX and headers). A power of two. */
#define FP_CAPTURE_SNAP_LEN 2048

/* A capture ends by itself when its reader has not said for so long that it is still there. */
#define FP_CAPTURE_LEASE_NS (3 * FP_NSEC_PER_SEC)

/* Which packets are wanted. What is 0 wants everything. */
struct fp_capture_filter {
    struct fp_addr address;         /* of client, listen address or upstream, */
    struct fp_addr address_mask;    /* as far as these bits go */
    __u32 verdicts;                 /* bit n: those for which enum xdp_action n was returned; 0 = none */
    __u32 per_second;               /* packets, each with what became of it; what is above it is counted and left out */
    __u32 zone_len;                 /* octets of zone; the names at and below it are wanted */
    __u8 zone[FP_DNS_NAME_MAX + 1]; /* wire format, lower case */
    __u32 pad;
};
FP_STATIC_ASSERT(sizeof(struct fp_capture_filter) == 304, "no hidden padding");

/* Map `capture`, one element. `filter` is written before `until_ns` is, which the programs look at first. */
struct fp_capture {
    __u64 until_ns;        /* CLOCK_MONOTONIC; the reader moves it on. 0 = there is none */
    __u64 window_start_ns; /* these two are the programs': of the second that goes on */
    __u64 window_packets;
    __u64 above_rate; /* packets left out */
    struct fp_capture_filter filter;
};

/* In `captured`, an array of perf events, which are the reader's and go with it: a packet of which `kept_len` octets follow. */
struct fp_captured {
    __u64 seen_ns; /* CLOCK_MONOTONIC */
    __u32 ifindex; /* where it came in */
    __u32 len;     /* of the packet on the wire, without its FCS */
    __u16 kept_len;
    __u8 outcome;    /* enum fp_outcome */
    __u8 verdict;    /* enum xdp_action */
    __u8 is_leaving; /* 0 = as it came, 1 = as it left */
    __u8 pad[3];
};
FP_STATIC_ASSERT(sizeof(struct fp_captured) == 24, "no hidden padding");

#endif
