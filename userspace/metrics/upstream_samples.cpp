// SPDX-License-Identifier: Apache-2.0
// The families of metrics about upstreams. One after the other, because the samples of a family follow each other.
#include "metrics/family.h"

#include <array>
#include <optional>

namespace fastpath {

namespace {

constexpr Family queries = {"upstream_queries_total", SampleType::counter, "Queries sent to an upstream"};
constexpr Family responses = {"upstream_responses_total", SampleType::counter, "Answers of an upstream to them"};
constexpr Family timeouts = {"upstream_timeouts_total", SampleType::counter,
                             "Queries that an upstream did not answer in time"};
constexpr Family errors = {"upstream_errors_total", SampleType::counter,
                           "Answers SERVFAIL and REFUSED of an upstream, and ICMP errors about queries to it"};
constexpr Family up = {"upstream_up", SampleType::gauge,
                       "1 for an upstream that answers its health probes, 0 for one that does not"};
constexpr Family drained = {"upstream_drained", SampleType::gauge,
                            "1 for an upstream that the operator has taken out, 0 for the others"};
constexpr Family unanswered = {"upstream_unanswered_ratio", SampleType::gauge,
                               "Share of the queries of the last second that an upstream did not answer"};
constexpr Family rtt = {"upstream_rtt_seconds", SampleType::histogram,
                        "Time from a query to an upstream to its answer"};

constexpr double us_per_second = 1e6;
constexpr double ppm = 1e-6;
constexpr double ns_per_second = 1e9;

std::vector<Label> labels_of(const Upstream &upstream) {
    return {{"upstream", name_of(upstream.record)}, {"pool", pool_of(upstream.record)}, {"az", az_of(upstream.record)}};
}

// The programs count each answer in one bucket, the last of which has no bound.
Histogram histogram_of(const fp_upstream_counters &counters) {
    Histogram histogram;
    uint64_t bound_us = FP_RTT_FIRST_US;
    for (const __u64 answers : counters.rtt) {
        histogram.count += answers;
        histogram.buckets.push_back({static_cast<double>(bound_us) / us_per_second, histogram.count});
        bound_us *= 2;
    }
    histogram.buckets.pop_back();
    histogram.sum = static_cast<double>(counters.rtt_ns) / ns_per_second;
    return histogram;
}

void add_errors(std::vector<Sample> &samples, const Upstream &upstream) {
    const fp_upstream_counters &counters = upstream.counters;
    const std::array<std::pair<const char *, uint64_t>, 3> kinds = {
        {{"servfail", counters.servfail}, {"refused", counters.refused}, {"unreachable", counters.unreachable}}};
    for (const auto &[kind, count] : kinds) {
        std::vector<Label> labels = labels_of(upstream);
        labels.push_back({"error", kind});
        samples.push_back(make_sample(errors, count, std::move(labels)));
    }
}

void add_health(std::vector<Sample> &samples, const std::vector<Upstream> &upstreams, const fp_resolver &resolver) {
    for (const Upstream &upstream : upstreams) {
        const fp_upstream_state state = state_of(upstream.record, resolver);
        if (state != FP_UPSTREAM_UNKNOWN) {
            samples.push_back(make_sample(up, state == FP_UPSTREAM_UP ? 1 : 0, labels_of(upstream)));
        }
    }
    for (const Upstream &upstream : upstreams) {
        samples.push_back(make_sample(unanswered, upstream.record.unanswered_ppm * ppm, labels_of(upstream)));
    }
}

} // namespace

std::vector<Sample> samples_of(const std::vector<Upstream> &upstreams, const fp_resolver &resolver, const fp_meta &meta,
                               uint64_t now_ns) {
    std::vector<Sample> samples;
    const auto add = [&](const Family &family, auto value_of) {
        for (const Upstream &upstream : upstreams) {
            samples.push_back(make_sample(family, value_of(upstream), labels_of(upstream)));
        }
    };
    add(queries, [](const Upstream &upstream) { return upstream.counters.queries; });
    add(responses, [](const Upstream &upstream) { return upstream.counters.responses; });
    add(timeouts, [](const Upstream &upstream) { return upstream.record.timeouts; });
    for (const Upstream &upstream : upstreams) {
        add_errors(samples, upstream);
    }
    add(drained, [](const Upstream &upstream) { return upstream.record.drained != 0 ? 1 : 0; });
    if (is_word_valid(meta, now_ns)) {
        add_health(samples, upstreams, resolver);
    }
    for (const Upstream &upstream : upstreams) {
        samples.push_back(make_sample(rtt, 0, labels_of(upstream)));
        samples.back().histogram = histogram_of(upstream.counters);
    }
    return samples;
}

} // namespace fastpath
