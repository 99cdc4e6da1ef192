/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * exit.h - the one exit of the XDP program: an outcome is counted once and becomes a verdict here and nowhere else.
 */
#ifndef FASTPATH_LIB_EXIT_H
#define FASTPATH_LIB_EXIT_H

#include <linux/bpf.h>

#include <dns_fastpath/counters.h>
#include <dns_fastpath/dns_wire.h>

/* In a function that returns an outcome: ends it unless the walk goes on. */
#define FP_TRY(expression)                          \
    do {                                            \
        enum fp_outcome fp_outcome_ = (expression); \
        if (fp_outcome_ != FP_GO_ON)                \
            return fp_outcome_;                     \
    } while (0)

static __always_inline enum xdp_action fp_verdict(enum fp_outcome outcome)
{
    switch (outcome) {
    case FP_OUT_hit:
    case FP_OUT_hit_bridged:
    case FP_OUT_stale:
    case FP_OUT_refused:
        return XDP_TX;
    case FP_OUT_drop_acl:
    case FP_OUT_drop_internal:
        return XDP_DROP;
    default:
        return XDP_PASS;
    }
}

/* `given_rcode` is that of the answer, where one is given. */
static __always_inline enum xdp_action fp_exit(struct fp_counters *count, enum fp_outcome outcome, __u8 given_rcode)
{
    const enum xdp_action verdict = fp_verdict(outcome);

    if (outcome < FP_OUT_COUNT)
        FP_COUNTER_OUTCOME(count, outcome)++;
    if (verdict == XDP_TX)
        count->rcode[given_rcode & FP_DNS_RCODE]++;
    return verdict;
}

#endif
