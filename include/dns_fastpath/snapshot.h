/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * snapshot.h - what became of the snapshots of the cache (userspace/snapshot), for metrics.
 */
#ifndef DNS_FASTPATH_SNAPSHOT_H
#define DNS_FASTPATH_SNAPSHOT_H

#include <dns_fastpath/abi.h>

/* Map `snapshot`, one element, written by the daemon only. Of the last one that was written as a whole; and of all. */
struct fp_snapshot {
    __u64 saved_at_ns; /* CLOCK_REALTIME; 0 = none was written */
    __u64 save_took_ns;
    __u64 saved_bytes;
    __u64 saved_answers;
    __u64 save_errors;
    __u64 load_took_ns;
    __u64 loaded_answers;
    __u64 load_errors;
};

#endif
