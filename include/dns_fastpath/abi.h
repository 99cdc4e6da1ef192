/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * abi.h - the ground that every shared header stands on.
 *
 * The headers of this folder are the contract between the BPF programs, the daemon, dns-fastpathctl and bpftool. They are
 * compiled as BPF C, C11 and C++20, so: fixed-width types, explicit padding, sizes asserted. Nothing here calls anything.
 *
 * Change the layout of a pinned map or of a struct in it: raise FP_ABI_VERSION.
 */
#ifndef DNS_FASTPATH_ABI_H
#define DNS_FASTPATH_ABI_H

#include <linux/types.h>

/* Stored in the `meta` map. Pins of another version are refused with an instruction, never reinterpreted. */
#define FP_ABI_VERSION 5

#define FP_PIN_ROOT "/sys/fs/bpf/dns-fastpath"

#define FP_NSEC_PER_SEC 1000000000ULL

#ifdef __cplusplus
#define FP_STATIC_ASSERT(cond, text) static_assert(cond, text)
#else
#define FP_STATIC_ASSERT(cond, text) _Static_assert(cond, text)
#endif

/* An IP address in network byte order; IPv4 is mapped (::ffff:a.b.c.d, RFC 4291 2.5.5.2), so that one map serves both. */
struct fp_addr {
    union {
        __u8 octets[16]; /* what people read in a dump */
        __u32 word[4];
    };
};
FP_STATIC_ASSERT(sizeof(struct fp_addr) == 16, "fp_addr is an IPv6 address");

/* word[2] of a mapped IPv4 address: bytes 00 00 ff ff in memory. */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define FP_ADDR_MAPPED_WORD 0xffff0000U
#else
#define FP_ADDR_MAPPED_WORD 0x0000ffffU
#endif

/*
 * The `meta` map: one element, written by the daemon, read by all. Times are CLOCK_MONOTONIC nanoseconds.
 * `hash_key` stays as long as the pins do: answers are found by it, so a new daemon takes it over with the cache.
 */
#define FP_HASH_KEY_WORDS 70

struct fp_meta {
    __u32 abi_version;
    __u32 daemon_pid;
    __u64 started_ns;
    __u64 heartbeat_ns;
    /* The last flush; written by dns-fastpathctl. What was learned before it is not cached any more. */
    __u64 flushed_ns;
    __u32 bucket_mask; /* buckets that answer_index has room for - 1 */
    __u32 max_entries; /* cache.max_entries */
    __u32 entries;     /* answers in the index now */
    __u8 notrack;      /* conntrack.notrack: 1 = the daemon keeps DNS out of connection tracking */
    __u8 pad[3];
    __u64 memory_bytes; /* of index and answer chunks */
    __u32 hash_key[FP_HASH_KEY_WORDS];
    char daemon_version[24];
};
FP_STATIC_ASSERT(sizeof(struct fp_meta) == 56 + 4 * FP_HASH_KEY_WORDS + 24, "fp_meta has no hidden padding");

/*
 * Map `reload`, one element: what came of the daemon's last reload, for who asked for it. The daemon writes `number` last.
 * `text` is the reason where it was refused; else the keys that changed, one a line, each behind FP_RELOAD_APPLIED or
 * FP_RELOAD_LATER.
 */
enum fp_reload_outcome {
    FP_RELOAD_DONE = 1,
    FP_RELOAD_REFUSED, /* the new config is bad, the old one stays */
    FP_RELOAD_FAILED   /* it could not be brought into force, the old one stays */
};

#define FP_RELOAD_APPLIED '+'
#define FP_RELOAD_LATER '!' /* takes effect with the next start */
#define FP_RELOAD_TEXT_MAX 16384

struct fp_reload {
    __u64 number;   /* of reloads since there are these pins; 0 while the rest is being written */
    __u64 began_ns; /* CLOCK_MONOTONIC; before the config was read */
    __u32 outcome;  /* enum fp_reload_outcome */
    __u32 changes;  /* how many; text may have room for fewer */
    __u32 text_len;
    __u32 pad;
    char text[FP_RELOAD_TEXT_MAX];
};

#endif
