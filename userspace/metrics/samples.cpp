// SPDX-License-Identifier: Apache-2.0
// The families of metrics, and which counter is a sample of which.
#include "metrics/samples.h"

#include "bpf/counter_map.h"
#include "metrics/dns_labels.h"
#include "version.h"

#include <cstdint>
#include <utility>

namespace fastpath {

namespace {

struct Family {
    const char *name;
    SampleType type;
    const char *help;
};

constexpr Family queries = {"queries_total", SampleType::counter,
                            "DNS queries to a listen address, by what became of them"};
constexpr Family passes = {"pass_total", SampleType::counter, "Packets left to the resolver of this host, by reason"};
constexpr Family drops = {"drops_total", SampleType::counter, "Packets dropped, by reason"};
constexpr Family answers = {"answers_total", SampleType::counter, "Answers given by the fast path, by RCODE"};
constexpr Family truncated = {"truncated_total", SampleType::counter,
                              "Answers given with TC=1, too large for the client"};
constexpr Family query_types = {"query_types_total", SampleType::counter, "Well-formed questions, by type"};
constexpr Family learned = {"learn_total", SampleType::counter,
                            "Answers of the local resolver, by what the learner did"};
constexpr Family ring_lost = {"ring_lost_total", SampleType::counter,
                              "Answers that could not be learned because the ring buffer was full"};
constexpr Family refresh_lost = {"refresh_lost_total", SampleType::counter,
                                 "Refreshes that were not asked for because the ring buffer was full"};
constexpr Family cache_entries = {"cache_entries", SampleType::gauge, "Answers in the cache"};
constexpr Family cache_capacity = {"cache_capacity", SampleType::gauge, "Answers that the cache may hold"};
constexpr Family cache_fills = {"cache_fills_total", SampleType::counter, "Answers put into the cache"};
constexpr Family cache_rejects = {"cache_fill_rejects_total", SampleType::counter,
                                  "Learned answers that were not cached, by reason"};
constexpr Family cache_evictions = {"cache_evictions_total", SampleType::counter,
                                    "Answers still of use that had to make room for others"};
constexpr Family cache_expirations = {
    "cache_expirations_total", SampleType::counter,
    "Answers removed after their lifetime, and after the time in which they may be stale"};
constexpr Family prefetches = {"prefetches_total", SampleType::counter,
                               "Queries sent to the resolver to refresh an answer"};
constexpr Family prefetch_results = {"prefetch_results_total", SampleType::counter,
                                     "What became of refreshes of answers, by result"};
constexpr Family upstream_up = {"upstream_up", SampleType::gauge,
                                "1 for a resolver that answers its health probes, 0 for one that does not"};
constexpr Family interface_info = {"interface_info", SampleType::gauge,
                                   "1 for an interface that has its XDP program, 0 for one that has lost it"};
constexpr Family build_info = {"build_info", SampleType::gauge, "Always 1; the version is in the label"};
constexpr Family cache_memory = {"cache_memory_bytes", SampleType::gauge, "Kernel memory of the cache"};

Sample sample(const Family &family, uint64_t value, std::vector<Label> labels = {}) {
    return {std::string("dns_fastpath_") + family.name, family.help, family.type, std::move(labels),
            static_cast<double>(value)};
}

void add_results(std::vector<Sample> &samples, const fp_counters &counters) {
    for (uint32_t result = 0; result < FP_RESULT_COUNT; result++) {
        if (result != FP_RESULT_other) {
            const uint64_t count = result_count(counters, static_cast<fp_result>(result));
            samples.push_back(sample(queries, count, {{"result", result_names[result].name}}));
        }
    }
}

// The outcomes that one result is made of.
void add_reasons(std::vector<Sample> &samples, const fp_counters &counters, fp_result result, const Family &family) {
    for (uint32_t outcome = 0; outcome < FP_OUT_COUNT; outcome++) {
        if (outcome_names[outcome].result == result) {
            const uint64_t count = outcome_count(counters, static_cast<fp_outcome>(outcome));
            samples.push_back(sample(family, count, {{"reason", outcome_names[outcome].reason}}));
        }
    }
}

void add_rcodes(std::vector<Sample> &samples, const fp_counters &counters) {
    uint16_t rcode = 0;
    for (const uint64_t count : counters.rcode) {
        if (count != 0) {
            samples.push_back(sample(answers, count, {{"rcode", rcode_label(rcode)}}));
        }
        rcode++;
    }
}

void add_query_types(std::vector<Sample> &samples, const fp_counters &counters) {
    uint16_t qtype = 0;
    for (const uint64_t count : counters.qtype) {
        if (count != 0) {
            samples.push_back(sample(query_types, count, {{"qtype", qtype_label(qtype)}}));
        }
        qtype++;
    }
    if (counters.qtype_other != 0) {
        samples.push_back(sample(query_types, counters.qtype_other, {{"qtype", "other"}}));
    }
}

void add_learn_outcomes(std::vector<Sample> &samples, const fp_counters &counters) {
    for (uint32_t outcome = 0; outcome < FP_LEARN_COUNT; outcome++) {
        const uint64_t count = learn_count(counters, static_cast<fp_learn_outcome>(outcome));
        samples.push_back(sample(learned, count, {{"outcome", learn_names[outcome].name}}));
    }
}

} // namespace

std::vector<Sample> samples_of(const fp_counters &counters) {
    std::vector<Sample> samples;
    add_results(samples, counters);
    add_reasons(samples, counters, FP_RESULT_pass, passes);
    add_reasons(samples, counters, FP_RESULT_dropped, drops);
    add_rcodes(samples, counters);
    samples.push_back(sample(truncated, counters.truncated));
    add_query_types(samples, counters);
    add_learn_outcomes(samples, counters);
    samples.push_back(sample(ring_lost, counters.learn_lost));
    samples.push_back(sample(refresh_lost, counters.refresh_lost));
    return samples;
}

std::vector<Sample> samples_of(const fp_meta &meta) {
    return {sample(cache_entries, meta.entries), sample(cache_capacity, meta.max_entries),
            sample(cache_memory, meta.memory_bytes)};
}

std::vector<Sample> samples_of(const fp_cache_counters &counters) {
    std::vector<Sample> samples = {sample(cache_fills, counters.fills)};
#define FP_X(name, help) samples.push_back(sample(cache_rejects, counters.reject_##name, {{"reason", #name}}));
    FP_FILL_REJECTS(FP_X)
#undef FP_X
    samples.push_back(sample(cache_evictions, counters.evictions));
    samples.push_back(sample(cache_expirations, counters.expirations));
    samples.push_back(sample(prefetches, counters.prefetches));
#define FP_X(name, help) samples.push_back(sample(prefetch_results, counters.refresh_##name, {{"result", #name}}));
    FP_REFRESH_RESULTS(FP_X)
#undef FP_X
    return samples;
}

fp_resolver_state probed_state(const fp_resolver &resolver, const fp_meta &meta, uint64_t now_ns) {
    const bool is_void = now_ns > meta.heartbeat_ns && now_ns - meta.heartbeat_ns >= FP_HEARTBEAT_MAX_AGE_NS;
    return is_void ? FP_RESOLVER_UNKNOWN : static_cast<fp_resolver_state>(resolver.state);
}

std::vector<Sample> samples_of(const fp_resolver &resolver, const fp_meta &meta, uint64_t now_ns) {
    const fp_resolver_state state = probed_state(resolver, meta, now_ns);
    if (state == FP_RESOLVER_UNKNOWN) {
        return {};
    }
    return {sample(upstream_up, state == FP_RESOLVER_DOWN ? 0 : 1,
                   {{"upstream", "local"}, {"pool", "default"}, {"az", ""}})};
}

std::vector<Sample> samples_of(const std::vector<Attached> &interfaces) {
    std::vector<Sample> samples;
    for (const Attached &attached : interfaces) {
        const char *const mode = attached.record.mode == FP_ATTACH_NATIVE ? "native" : "generic";
        samples.push_back(
            sample(interface_info, attached.live ? 1 : 0, {{"interface", attached.record.interface}, {"mode", mode}}));
    }
    return samples;
}

std::vector<Sample> build_samples() {
    return {sample(build_info, 1, {{"version", version}})};
}

} // namespace fastpath
