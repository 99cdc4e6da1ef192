/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * config.h - what the programs are told: constants fixed at load (rodata) and maps that a reload may change.
 */
#ifndef DNS_FASTPATH_CONFIG_H
#define DNS_FASTPATH_CONFIG_H

#include <dns_fastpath/abi.h>

/* Fixed at load, kept in .rodata, so that the verifier and the JIT know the values. */
struct fp_config {
    __u32 bucket_mask; /* buckets of answer_index - 1 */
    __u32 pad;
    __u32 hash_key[FP_HASH_KEY_WORDS];
};

enum fp_acl_action { FP_ACL_REFUSE, FP_ACL_DROP, FP_ACL_PASS };

/* Map `settings`, one element. */
struct fp_settings {
    __u16 payload_size;  /* edns.payload_size: the most we send, and what our OPT says */
    __u8 acl_action;     /* enum fp_acl_action: for clients that no allowed prefix covers */
    __u8 ignore_cookies; /* edns.cookies: 1 = a COOKIE option makes no difference, 0 = pass */
    __u32 pad;
};

/* Map `listeners`: addresses we answer on, keyed by struct fp_addr. */
struct fp_listener {
    __u16 view;
    __u16 pool;
    __u32 pad;
};

/* Map `clients`: longest prefix match over mapped addresses (an IPv4 prefix /n is /(96+n)). No match: not allowed. */
struct fp_client_key {
    __u32 prefix_len;
    struct fp_addr addr;
};

struct fp_client {
    __u8 allowed;
    __u8 pad;
    __u16 view; /* 0; kept for answers that clients do not share */
};

/*
 * Map `attachments`, keyed by ifindex: what the daemon put on an interface, so that a later daemon or dns-fastpathctl
 * removes exactly that.
 */
enum fp_attach_mode { FP_ATTACH_NATIVE, FP_ATTACH_GENERIC };

struct fp_attachment {
    char interface[16];
    __u64 netns; /* inode of the network namespace: interface numbers repeat in others */
    __u32 mode;  /* enum fp_attach_mode */
    __u32 tc_handle;
    __u32 tc_priority;
    __u8 owns_clsact; /* the clsact qdisc is ours */
    __u8 pad[3];
};

#endif
