// SPDX-License-Identifier: Apache-2.0
// The families of metrics, and which counter is a sample of which.
#include "metrics/samples.h"

#include "bpf/counter_map.h"
#include "metrics/dns_labels.h"
#include "metrics/family.h"
#include "version.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>

namespace fastpath {

namespace {

constexpr Family queries = {"queries_total", SampleType::counter,
                            "DNS queries to a listen address, by what became of them"};
constexpr Family passes = {"pass_total", SampleType::counter, "Packets left to the resolver of this host, by reason"};
constexpr Family drops = {"drops_total", SampleType::counter,
                          "Packets dropped, of clients and of upstreams, by reason"};
constexpr Family misses = {"misses_total", SampleType::counter,
                           "Queries that were not in the cache, by the way they went to be resolved"};
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
constexpr Family interface_info = {"interface_info", SampleType::gauge,
                                   "1 for an interface that has its XDP program, 0 for one that has lost it"};
constexpr Family build_info = {"build_info", SampleType::gauge, "Always 1; the version is in the label"};
constexpr Family cache_memory = {"cache_memory_bytes", SampleType::gauge, "Kernel memory of the cache"};
constexpr Family conntrack_entries = {"conntrack_entries", SampleType::gauge,
                                      "Connections in the host's connection tracking table"};
constexpr Family conntrack_limit = {"conntrack_limit", SampleType::gauge,
                                    "Connections that the table may hold; beyond it the kernel drops packets"};
constexpr Family nic_counter = {"nic_counter_total", SampleType::counter,
                                "Packets lost by a network card or limited by the cloud, as the driver counts them"};
constexpr Family heartbeat_age = {"heartbeat_age_seconds", SampleType::gauge,
                                  "Time since the daemon's event loop last said that it is alive"};

constexpr Family top_name_queries = {"top_name_queries", SampleType::gauge,
                                     "Queries of the last minute for the names asked most, estimated from samples"};

constexpr double ns_per_second = 1e9;

void add_results(std::vector<Sample> &samples, const fp_counters &counters) {
    for (uint32_t result = FP_RESULT_FIRST_QUERY; result < FP_RESULT_COUNT; result++) {
        const uint64_t count = result_count(counters, static_cast<fp_result>(result));
        samples.push_back(make_sample(queries, count, {{"result", result_names[result].name}}));
    }
}

// The outcomes that one result is made of.
void add_reasons(std::vector<Sample> &samples, const fp_counters &counters, fp_result result, const Family &family,
                 const char *label = "reason") {
    for (uint32_t outcome = 0; outcome < FP_OUT_COUNT; outcome++) {
        if (outcome_names[outcome].result == result) {
            const uint64_t count = outcome_count(counters, static_cast<fp_outcome>(outcome));
            samples.push_back(make_sample(family, count, {{label, outcome_names[outcome].reason}}));
        }
    }
}

void add_rcodes(std::vector<Sample> &samples, const fp_counters &counters) {
    uint16_t rcode = 0;
    for (const uint64_t count : counters.rcode) {
        if (count != 0) {
            samples.push_back(make_sample(answers, count, {{"rcode", rcode_label(rcode)}}));
        }
        rcode++;
    }
}

void add_query_types(std::vector<Sample> &samples, const fp_counters &counters) {
    uint16_t qtype = 0;
    for (const uint64_t count : counters.qtype) {
        if (count != 0) {
            samples.push_back(make_sample(query_types, count, {{"qtype", qtype_label(qtype)}}));
        }
        qtype++;
    }
    if (counters.qtype_other != 0) {
        samples.push_back(make_sample(query_types, counters.qtype_other, {{"qtype", "other"}}));
    }
}

void add_learn_outcomes(std::vector<Sample> &samples, const fp_counters &counters) {
    for (uint32_t outcome = 0; outcome < FP_LEARN_COUNT; outcome++) {
        const uint64_t count = learn_count(counters, static_cast<fp_learn_outcome>(outcome));
        samples.push_back(make_sample(learned, count, {{"outcome", learn_names[outcome].name}}));
    }
}

} // namespace

std::vector<Sample> samples_of(const fp_counters &counters) {
    std::vector<Sample> samples;
    add_results(samples, counters);
    add_reasons(samples, counters, FP_RESULT_pass, passes);
    add_reasons(samples, counters, FP_RESULT_dropped, drops);
    add_reasons(samples, counters, FP_RESULT_answer_dropped, drops);
    add_reasons(samples, counters, FP_RESULT_miss, misses, "way");
    add_rcodes(samples, counters);
    samples.push_back(make_sample(truncated, counters.truncated));
    add_query_types(samples, counters);
    add_learn_outcomes(samples, counters);
    samples.push_back(make_sample(ring_lost, counters.learn_lost));
    samples.push_back(make_sample(refresh_lost, counters.refresh_lost));
    return samples;
}

std::vector<Sample> samples_of(const fp_meta &meta, uint64_t now_ns) {
    const uint64_t age_ns = now_ns - std::min(now_ns, uint64_t{meta.heartbeat_ns});
    return {make_sample(cache_entries, meta.entries), make_sample(cache_capacity, meta.max_entries),
            make_sample(cache_memory, meta.memory_bytes),
            make_sample(heartbeat_age, static_cast<double>(age_ns) / ns_per_second)};
}

std::vector<Sample> samples_of(const fp_cache_counters &counters) {
    std::vector<Sample> samples = {make_sample(cache_fills, counters.fills)};
#define FP_X(name, help) samples.push_back(make_sample(cache_rejects, counters.reject_##name, {{"reason", #name}}));
    FP_FILL_REJECTS(FP_X)
#undef FP_X
    samples.push_back(make_sample(cache_evictions, counters.evictions));
    samples.push_back(make_sample(cache_expirations, counters.expirations));
    samples.push_back(make_sample(prefetches, counters.prefetches));
#define FP_X(name, help) samples.push_back(make_sample(prefetch_results, counters.refresh_##name, {{"result", #name}}));
    FP_REFRESH_RESULTS(FP_X)
#undef FP_X
    return samples;
}

std::vector<Sample> samples_of(const std::vector<Attached> &interfaces) {
    std::vector<Sample> samples;
    for (const Attached &attached : interfaces) {
        const char *const mode = attached.record.mode == FP_ATTACH_NATIVE ? "native" : "generic";
        samples.push_back(make_sample(interface_info, attached.live ? 1 : 0,
                                      {{"interface", attached.record.interface}, {"mode", mode}}));
    }
    return samples;
}

std::vector<Sample> samples_of(const std::vector<NicCounters> &nics) {
    std::vector<Sample> samples;
    for (const NicCounters &nic : nics) {
        for (const auto &[counter, value] : nic.counters) {
            samples.push_back(make_sample(nic_counter, value, {{"interface", nic.interface}, {"counter", counter}}));
        }
    }
    return samples;
}

std::vector<Sample> samples_of(const Top &top_names) {
    std::vector<Sample> samples;
    for (const TopRow &row : top_names.rows) {
        const double queries = row.queries_per_second * top_names.window_seconds;
        samples.push_back(make_sample(top_name_queries, queries, {{"qname", row.subject}, {"qtype", row.qtype}}));
    }
    return samples;
}

std::vector<Sample> samples_of(const std::optional<ConntrackFill> &conntrack) {
    if (!conntrack) {
        return {};
    }
    return {make_sample(conntrack_entries, conntrack->entries), make_sample(conntrack_limit, conntrack->limit)};
}

std::vector<Sample> build_samples() {
    return {make_sample(build_info, 1, {{"version", version}})};
}

std::vector<Sample> samples_of(const Readings &readings) {
    std::vector<Sample> all;
    for (std::vector<Sample> &part :
         std::to_array({samples_of(readings.counters), samples_of(readings.meta, readings.now_ns),
                        samples_of(readings.cache), samples_of(readings.snapshot),
                        samples_of(readings.upstreams, readings.resolver, readings.meta, readings.now_ns),
                        samples_of(readings.interfaces), samples_of(readings.nics), samples_of(readings.conntrack),
                        samples_of(readings.top_names), build_samples()})) {
        std::move(part.begin(), part.end(), std::back_inserter(all));
    }
    return all;
}

} // namespace fastpath
