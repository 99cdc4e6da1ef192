/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * upstream.h - which upstream of a pool: the table's entry for the name, and the next ones where that one cannot serve, has used
 * up its budget, or has just been asked.
 *
 * Global functions, so that the verifier looks at each once and not at every call.
 */
#ifndef FASTPATH_LIB_UPSTREAM_H
#define FASTPATH_LIB_UPSTREAM_H

#include <bpf/bpf_helpers.h>

#include <dns_fastpath/steer.h>

#include "lib/budget.h"
#include "lib/scratch.h"
#include "lib/verifier.h"
#include "maps.h"

#define FP_PROBES_MAX 32     /* entries looked at before all members are */
#define FP_PASSED_OVER_MAX 3 /* upstreams that a retry passes over */

static __always_inline struct fp_upstream *fp_find_upstream(__u32 number)
{
    return bpf_map_lookup_elem(&upstreams, &number);
}

/* NULL where there is no such upstream, or where nothing is to be counted. */
static __always_inline struct fp_upstream_counters *fp_find_upstream_counters(__u32 number)
{
    return fp_is_explaining() ? 0 : bpf_map_lookup_elem(&upstream_counters, &number);
}

static __always_inline void fp_count_answer_of(struct fp_upstream_counters *c, __u16 rcode, __u64 rtt_ns)
{
    __u64 limit_ns = FP_RTT_FIRST_US * 1000ULL;
    __u32 bucket;

#pragma clang loop unroll(disable)
    for (bucket = 0; bucket < FP_RTT_BUCKETS - 1 && rtt_ns > limit_ns; bucket++)
        limit_ns <<= 1;
    c->responses++;
    c->servfail += rcode == FP_RCODE_SERVFAIL;
    c->refused += rcode == FP_RCODE_REFUSED;
    c->rtt_ns += rtt_ns;
    FP_BOUNDED(bucket);
    if (bucket < FP_RTT_BUCKETS)
        c->rtt[bucket]++;
}

static __always_inline const struct fp_table *fp_find_table(__u32 number)
{
    __u32 zero = 0;
    void *table = bpf_map_lookup_elem(&tables, &number);

    return table ? bpf_map_lookup_elem(table, &zero) : 0;
}

/* May it be sent a query now? With `take` that is then one of its budget. */
__noinline int fp_can_take(__u32 number, __u32 take)
{
    struct fp_upstream *u = fp_find_upstream(number);
    const __u64 now = bpf_ktime_get_ns();

    if (!u || u->state != FP_UPSTREAM_UP || u->drained)
        return 0;
    if (u->query_ns == 0)
        return 1;
    return take && !fp_is_explaining() ? fp_take_budget(&u->paid_until_ns, u->query_ns, u->burst_ns, now)
                                       : fp_has_budget(&u->paid_until_ns, u->query_ns, u->burst_ns, now);
}

/*
 * The upstream of this table for the entry `index`, or -1. The first `pass_over` different ones are passed over, so that a retry
 * goes to another one.
 */
__noinline int fp_find_in_table(__u32 table, __u32 index, __u32 pass_over, __u32 take)
{
    const struct fp_table *t = fp_find_table(table);
    __u32 passed[FP_PASSED_OVER_MAX] = {FP_UPSTREAM_NONE, FP_UPSTREAM_NONE, FP_UPSTREAM_NONE};
    __u32 last = FP_UPSTREAM_NONE;
    __u32 at;

    if (!t || t->members == 0)
        return -1;
    at = index;
#pragma clang loop unroll(disable)
    for (int i = 0; i < FP_PROBES_MAX; i++, at++) {
        __u32 number;

        if (at >= FP_MAGLEV_SIZE)
            at = 0;
        FP_BOUNDED(at);
        if (at >= FP_MAGLEV_SIZE)
            return -1;
        number = t->entry[at];
        if (number == last || number == passed[0] || number == passed[1] || number == passed[2])
            continue;
        last = number;
        if (pass_over > 0) {
            pass_over--;
            passed[2] = passed[1];
            passed[1] = passed[0];
            passed[0] = number;
            continue;
        }
        if (fp_can_take(number, take))
            return number;
    }
    at = index;
#pragma clang loop unroll(disable)
    for (__u32 i = 0; i < FP_MEMBERS_MAX; i++, at++) {
        __u32 number;

        if (i >= t->members)
            break;
        number = t->member[at % t->members & (FP_MEMBERS_MAX - 1)];
        if (number != passed[0] && number != passed[1] && number != passed[2] && fp_can_take(number, take))
            return number;
    }
    return -1;
}

static __always_inline __u32 fp_members_of(__u32 table)
{
    const struct fp_table *t = fp_find_table(table);

    return t ? t->members : 0;
}

/*
 * From both tiers of a pool, of which `table` is the first: the near ones first; each retry goes on to the next one, then to
 * the far ones, then begins again.
 */
static __always_inline int fp_find_in_pool(__u32 table, __u32 index, __u32 attempt, __u32 take)
{
    const __u32 near = fp_members_of(table);
    const __u32 far = fp_members_of(table + 1);
    __u32 turn;
    int number;

    if (near + far == 0)
        return -1;
    turn = attempt % (near + far);
    if (turn < near) {
        number = fp_find_in_table(table, index, turn < FP_PASSED_OVER_MAX ? turn : FP_PASSED_OVER_MAX, take);
        if (number >= 0)
            return number;
        turn = near;
    }
    turn -= near;
    number = fp_find_in_table(table + 1, index, turn < FP_PASSED_OVER_MAX ? turn : FP_PASSED_OVER_MAX, take);
    if (number >= 0 || attempt == 0)
        return number;
    number = fp_find_in_table(table, index, 0, take); /* rather the one that was asked before than none */
    return number >= 0 ? number : fp_find_in_table(table + 1, index, 0, take);
}

#endif
