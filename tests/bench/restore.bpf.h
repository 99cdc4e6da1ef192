/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * restore.bpf.h - BPF_PROG_TEST_RUN does not reset the packet between repeats: the second would see an answer. So each entry
 * of a benchmark first makes the packet the query again; what that costs is measured alone and taken off.
 */
#ifndef FASTPATH_BENCH_RESTORE_H
#define FASTPATH_BENCH_RESTORE_H

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "hit_cost.h"

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct bench_query);
} bench_query SEC(".maps");

static __always_inline const struct bench_query *bench_restore(struct xdp_md *ctx) {
    __u32 zero = 0;
    const struct bench_query *query = bpf_map_lookup_elem(&bench_query, &zero);
    __u32 len;

    if (!query)
        return 0;
    len = query->len;
    if (len == 0 || len > BENCH_QUERY_MAX)
        return 0;
    /* Called even where the length is right, so that it costs the same in every entry. */
    if (bpf_xdp_adjust_tail(ctx, (int)len - (int)bpf_xdp_get_buff_len(ctx)))
        return 0;
    return bpf_xdp_store_bytes(ctx, 0, (void *)query->octets, len) ? 0 : query;
}

#endif
