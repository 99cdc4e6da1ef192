/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * maps.h - every map of the programs. They are pinned by name under FP_PIN_ROOT and are the API of bpftool and
 * dns-fastpathctl; sizes that depend on the config are set by the loader (userspace/bpf).
 */
#ifndef FASTPATH_MAPS_H
#define FASTPATH_MAPS_H

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include <dns_fastpath/cache.h>
#include <dns_fastpath/capture.h>
#include <dns_fastpath/config.h>
#include <dns_fastpath/counters.h>
#include <dns_fastpath/events.h>
#include <dns_fastpath/explain.h>
#include <dns_fastpath/snapshot.h>
#include <dns_fastpath/steer.h>

#include "lib/scratch.h"

/* Fixed at load; see config.h. */
const volatile struct fp_config fp_config = {0};

/* Without the volatile of its declaration; the barrier keeps clang from taking the key for the zeros above. */
static __always_inline const __u32 *fp_hash_key(void)
{
    const __u32 *key = (const __u32 *)fp_config.hash_key;

    asm volatile("" : "+r"(key));
    return key;
}

/* Of a program that only says what it would do: nothing is written then. The verifier takes the other branch out of the program. */
static __always_inline int fp_is_explaining(void)
{
    return fp_config.explains;
}

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(map_flags, BPF_F_MMAPABLE);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct fp_meta);
} meta SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(map_flags, BPF_F_MMAPABLE);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct fp_generations);
} settings SEC(".maps");

/* Here and in `clients` and `routes` is room for two generations, as there are while a reload goes on. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 8192);
    __type(key, struct fp_listener_key);
    __type(value, struct fp_listener);
} listeners SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_LPM_TRIE);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __uint(max_entries, 131072);
    __type(key, struct fp_client_key);
    __type(value, struct fp_client);
} clients SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __uint(max_entries, 65536);
    __type(key, struct fp_route_key);
    __type(value, struct fp_route);
} routes SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 2);
    __type(key, __u32);
    __type(value, struct fp_route_filter);
} route_filter SEC(".maps");

/* The first one is there from the start, empty: it gives libbpf the type. */
struct fp_table_map {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct fp_table);
} tables_0 SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
    __uint(max_entries, FP_TABLES_MAX);
    __type(key, __u32);
    __array(values, struct fp_table_map);
} tables SEC(".maps") = {
    .values = {[0] = &tables_0},
};

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(map_flags, BPF_F_MMAPABLE);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct fp_table_places);
} table_places SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(map_flags, BPF_F_MMAPABLE);
    __uint(max_entries, FP_UPSTREAMS_MAX);
    __type(key, __u32);
    __type(value, struct fp_upstream);
} upstreams SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, FP_UPSTREAMS_MAX);
    __type(key, __u32);
    __type(value, struct fp_upstream_counters);
} upstream_counters SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 256);
    __type(key, __u32);
    __type(value, struct fp_interface);
} interfaces SEC(".maps");

/* This and `reload` are written by the daemon only; here so that they are pinned and have BTF like the others. */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, FP_VIEWS_MAX);
    __type(key, __u32);
    __type(value, struct fp_view);
} views SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(map_flags, BPF_F_MMAPABLE);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct fp_reload);
} reload SEC(".maps");

/* LRU: under a flood the oldest are forgotten. Their answers come in vain, and their clients ask again. */
struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, FP_OPEN_MAX);
    __type(key, struct fp_flow_key);
    __type(value, struct fp_flow);
} flows SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, FP_ATTEMPTS_SLOTS);
    __type(key, __u32);
    __type(value, __u64);
} attempts SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, FP_ASKING_SLOTS);
    __type(key, __u32);
    __type(value, struct fp_asking);
} asking SEC(".maps");

/* LRU: under a flood from made-up addresses the oldest are forgotten, and begin with a whole budget again. */
struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, 65536);
    __type(key, struct fp_addr);
    __type(value, struct fp_client_rate);
} client_rates SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 256);
    __type(key, __u32);
    __type(value, struct fp_attachment);
} attachments SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(map_flags, BPF_F_MMAPABLE);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct fp_bucket);
} answer_index SEC(".maps");

/* The daemon adds chunks as the cache grows. The first of each class is there from the start, which also gives libbpf the type. */
#define FP_X(name, front_size, body_size, slots)  \
    struct fp_chunk_##name {                      \
        __uint(type, BPF_MAP_TYPE_ARRAY);         \
        __uint(map_flags, BPF_F_MMAPABLE);        \
        __uint(max_entries, slots);               \
        __type(key, __u32);                       \
        __type(value, struct fp_answer_##name);   \
    } answers_##name##_0 SEC(".maps");            \
    struct {                                      \
        __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS); \
        __uint(max_entries, FP_CHUNKS_MAX);       \
        __type(key, __u32);                       \
        __array(values, struct fp_chunk_##name);  \
    } answers_##name SEC(".maps") = {             \
        .values = {[0] = &answers_##name##_0},    \
    };
FP_ANSWER_CLASSES(FP_X)
#undef FP_X

/* LRU: under a flood of misses the oldest are forgotten, which costs their answers a place in the cache and nothing else. */
struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, FP_OPEN_MAX);
    __type(key, struct fp_open_query_key);
    __type(value, struct fp_open_query);
} open_queries SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 8 << 20);
} learned SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 256 << 10);
} refreshes SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(map_flags, BPF_F_MMAPABLE);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct fp_resolver);
} resolver SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct fp_counters);
} counters SEC(".maps");

/* Written by the daemon only; here so that it is pinned and has BTF like the others. */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(map_flags, BPF_F_MMAPABLE);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct fp_cache_counters);
} cache_counters SEC(".maps");

/* As well. */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(map_flags, BPF_F_MMAPABLE);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct fp_snapshot);
} snapshot SEC(".maps");

/* A ring by number; how many elements, the loader decides by the number of CPUs. */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(map_flags, BPF_F_MMAPABLE);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct fp_sample);
} samples SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(map_flags, BPF_F_MMAPABLE);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct fp_sampled);
} sampled SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct fp_explanation);
} explanation SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct fp_scratch);
} scratch SEC(".maps");

/* What the program that explains would have counted. */
struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct fp_counters);
} scratch_counters SEC(".maps");

static __always_inline struct fp_counters *fp_find_counters(void)
{
    __u32 zero = 0;

    if (fp_is_explaining())
        return bpf_map_lookup_elem(&scratch_counters, &zero);
    return bpf_map_lookup_elem(&counters, &zero);
}

/* For global functions, which the verifier looks at once and alone: they find the scratch themselves. */
static __always_inline struct fp_scratch *fp_find_scratch(void)
{
    __u32 zero = 0;

    return bpf_map_lookup_elem(&scratch, &zero);
}

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(map_flags, BPF_F_MMAPABLE);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct fp_capture);
} capture SEC(".maps");

/* libbpf makes it as large as there are CPUs. */
struct {
    __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
    __type(key, __u32);
    __type(value, __u32);
} captured SEC(".maps");

#endif
