/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * budget.h - so many queries a second: the generic cell rate algorithm (ITU-T I.371), for upstreams and for clients.
 *
 * Each query is paid for by `cost` of time; what is paid for ahead of time is at most `burst`.
 */
#ifndef FASTPATH_LIB_BUDGET_H
#define FASTPATH_LIB_BUDGET_H

#include <linux/types.h>

#define FP_BUDGET_TRIES 4

/* When all is paid for, this query included. */
static __always_inline __u64 fp_paid_with_one(__u64 paid_until, __u64 cost, __u64 now)
{
    return (paid_until > now ? paid_until : now) + cost;
}

/* Is there one left? Takes none. */
static __always_inline int fp_has_budget(const __u64 *paid_until, __u64 cost, __u64 burst, __u64 now)
{
    return fp_paid_with_one(*(const volatile __u64 *)paid_until, cost, now) <= now + burst;
}

/* Takes one. Who loses the race against other CPUs again and again has none either. */
static __always_inline int fp_take_budget(__u64 *paid_until, __u64 cost, __u64 burst, __u64 now)
{
#pragma clang loop unroll(disable)
    for (int i = 0; i < FP_BUDGET_TRIES; i++) {
        const __u64 paid = *(volatile __u64 *)paid_until;
        const __u64 next = fp_paid_with_one(paid, cost, now);

        if (next > now + burst)
            return 0;
        if (__sync_val_compare_and_swap(paid_until, paid, next) == paid)
            return 1;
    }
    return 0;
}

#endif
