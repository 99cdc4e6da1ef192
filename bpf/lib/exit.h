/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * exit.h - the one exit of the XDP program: an outcome is counted once and becomes a verdict here and nowhere else.
 */
#ifndef FASTPATH_LIB_EXIT_H
#define FASTPATH_LIB_EXIT_H

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include <dns_fastpath/counters.h>
#include <dns_fastpath/dns_wire.h>

#include "lib/scratch.h"
#include "lib/verifier.h"
#include "maps.h"

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
    case FP_OUT_answered:
    case FP_OUT_miss_steered:
        return XDP_TX;
    case FP_OUT_drop_acl:
    case FP_OUT_drop_rate_limit:
    case FP_OUT_drop_internal:
    case FP_OUT_drop_unasked:
    case FP_OUT_drop_question:
    case FP_OUT_drop_answer:
    case FP_OUT_drop_icmp:
        return XDP_DROP;
    default:
        return XDP_PASS;
    }
}

/* A packet that leaves by another interface than it came is redirected. */
static __always_inline enum xdp_action fp_exit(struct fp_counters *count, enum fp_outcome outcome,
                                               const struct fp_scratch *s)
{
    const enum xdp_action verdict = fp_verdict(outcome);
    __u64 row = outcome;

    FP_BOUNDED(row);
    if (row < FP_OUT_COUNT) {
        FP_BOUNDED(row);
        FP_COUNTER_OUTCOME(count, row)++;
    }
    if (verdict != XDP_TX)
        return verdict;
    if (outcome != FP_OUT_miss_steered)
        count->rcode[s->given_rcode & FP_DNS_RCODE]++;
    if (!s->egress)
        return verdict;
    return fp_is_explaining() ? XDP_REDIRECT : bpf_redirect(s->egress, 0);
}

#endif
