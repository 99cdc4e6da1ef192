// SPDX-License-Identifier: GPL-2.0-only
/*
 * explain.bpf.c - what `fastpath` would do with a packet, and why: the same walk, in a second load of the object, where
 * fp_is_explaining() holds and nothing is written but the record. For BPF_PROG_TEST_RUN; attached nowhere.
 */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "lib/explain.h"

SEC("?xdp.frags")
int explain(struct xdp_md *ctx)
{
    struct fp_scratch *s = fp_find_scratch();
    struct fp_counters *count = fp_find_counters();
    enum fp_outcome outcome;

    if (!s || !count || !fp_is_explaining())
        return FP_OUT_other;
    fp_forget_packet(s);
    outcome = walk_packet(ctx, s, count);
    fp_explain(outcome, fp_exit(count, outcome, s));
    return outcome;
}
