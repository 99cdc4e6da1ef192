/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sample.h - samples of queries, for who wants to know what is asked most, and by whom (map `samples`).
 *
 * Each CPU counts down a random number of queries, of a mean that follows the load: one where samples come farther apart than
 * sample_gap_ns, so that every query is one, and twice as many as before where they come closer. A sample stands for the queries
 * since the last one of its CPU, so that the weights add up to all of them.
 */
#ifndef FASTPATH_LIB_SAMPLE_H
#define FASTPATH_LIB_SAMPLE_H

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include <dns_fastpath/config.h>
#include <dns_fastpath/counters.h>
#include <dns_fastpath/events.h>

#include "lib/scratch.h"
#include "maps.h"

#define FP_SAMPLE_MEAN_MAX (1U << 16)
#define FP_SAMPLE_STEP \
    64U /* queries after which the clock is looked at, lest a load that has ended leaves a long count-down */
#define FP_SAMPLE_LATE 100U /* gaps after which a sample is overdue */

static __always_inline enum fp_result fp_result_of(__u32 outcome)
{
    switch (outcome) {
#define FP_X(name, result, reason, help) \
    case FP_OUT_##name:                  \
        return FP_RESULT_##result;
        FP_OUTCOMES(FP_X)
#undef FP_X
    default:
        return FP_RESULT_other;
    }
}

/* The mean doubles or halves by how far apart the last two samples were. */
static __always_inline __u32 fp_next_mean(__u32 mean, __u64 apart, __u64 gap)
{
    if (apart > FP_SAMPLE_LATE * gap)
        return 1;
    if (apart < gap)
        return mean < FP_SAMPLE_MEAN_MAX ? 2 * mean : mean;
    return apart > 2 * gap && mean > 1 ? mean / 2 : mean;
}

/* Of the count-down, the next queries at whose end the clock is looked at. */
static __always_inline void fp_begin_step(struct fp_sampler *sampler)
{
    sampler->step = sampler->rest < FP_SAMPLE_STEP ? sampler->rest : FP_SAMPLE_STEP;
    sampler->left = sampler->step;
}

/* A count-down from about half the mean to one and a half: at random, so that what comes at intervals is not always, or never, seen. */
static __always_inline void fp_begin_count_down(struct fp_sampler *sampler, __u64 now)
{
    const __u32 mean =
        sampler->mean ? fp_next_mean(sampler->mean, now - sampler->taken_ns, fp_config.sample_gap_ns) : 1;

    sampler->mean = mean;
    sampler->taken_ns = now;
    sampler->passed = 0;
    sampler->rest = mean == 1 ? 1 : mean / 2 + bpf_get_prandom_u32() % mean;
    fp_begin_step(sampler);
}

/* Without a branch for each word, every one of which the verifier would follow. */
static __always_inline void fp_copy_name(struct fp_sample *sample, const struct fp_scratch *s)
{
    __u64 *words = (__u64 *)sample->name;

    __builtin_memset(words, 0, sizeof(sample->name));
    if (bpf_probe_read_kernel(words, s->question.name_len & FP_DNS_NAME_MAX, s->wire.octets))
        sample->name_len = 0;
#pragma unroll
    for (int i = 0; i < FP_HASH_NAME_WORDS; i++)
        words[i] = fp_lower8(words[i]);
}

/* An exchange orders what stands before and behind it, on every CPU; the reader looks at the number first and last. */
static __always_inline void fp_write_sample(const struct fp_scratch *s, struct fp_sample *sample, __u64 number,
                                            __u32 outcome, __u64 now)
{
    __sync_lock_test_and_set(&sample->number, 0);
    sample->seen_ns = now;
    sample->weight = s->sampler.passed;
    sample->qtype = s->question.name_len ? s->question.qtype : 0;
    sample->result = fp_result_of(outcome);
    sample->name_len = s->question.name_len;
    sample->client = s->packet.src;
    fp_copy_name(sample, s);
    __sync_lock_test_and_set(&sample->number, number);
}

/* At the end of a step. Global: seldom needed, and verified once. */
__noinline int fp_end_step(__u32 outcome)
{
    const __u64 now = bpf_ktime_get_ns();
    struct fp_scratch *s = fp_find_scratch();
    struct fp_sampled *count;
    struct fp_sample *sample;
    __u32 zero = 0, slot;
    __u64 number;

    count = bpf_map_lookup_elem(&sampled, &zero);
    if (!s || !count)
        return 0;
    s->sampler.passed += s->sampler.step ? s->sampler.step : 1;
    s->sampler.rest -= s->sampler.step;
    if (s->sampler.rest && now - s->sampler.taken_ns < FP_SAMPLE_LATE * (__u64)fp_config.sample_gap_ns) {
        fp_begin_step(&s->sampler);
        return 0;
    }
    number = __sync_fetch_and_add(&count->samples, 1) + 1;
    slot = (number - 1) & fp_config.sample_mask;
    sample = bpf_map_lookup_elem(&samples, &slot);
    if (sample)
        fp_write_sample(s, sample, number, outcome, now);
    fp_begin_count_down(&s->sampler, now);
    return 0;
}

/* To be called once for each query. */
static __always_inline void fp_note_query(struct fp_scratch *s, enum fp_outcome outcome)
{
    if (s->sampler.left > 1) {
        s->sampler.left--;
        return;
    }
    if (!fp_is_explaining())
        fp_end_step(outcome);
}

#endif
