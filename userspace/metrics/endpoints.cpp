// SPDX-License-Identifier: Apache-2.0
#include "metrics/endpoints.h"

#include "bpf/counter_map.h"
#include "metrics/config_rows.h"
#include "metrics/samples.h"
#include "util/clock.h"
#include "util/first_error.h"

#include <bpf/bpf.h>
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

namespace fastpath {

namespace {

constexpr uint64_t heartbeat_limit_ns = 10 * FP_NSEC_PER_SEC;

template <class T> Result<T> read_element(const Programs &programs, const char *name) {
    const uint32_t zero = 0;
    T element = {};
    if (bpf_map_lookup_elem(programs.map(name), &zero, &element) != 0) {
        return fail_errno(std::string("cannot read the map ") + name);
    }
    return element;
}

void add(std::vector<Sample> &all, std::vector<Sample> more) {
    std::move(more.begin(), more.end(), std::back_inserter(all));
}

Result<std::vector<Sample>> all_samples(const Programs &programs, const Attachments &attachments) {
    FirstError failed;
    const fp_counters counters = failed.value_of(read_counters(programs.map("counters")));
    const fp_meta meta = failed.value_of(read_element<fp_meta>(programs, "meta"));
    const fp_cache_counters cache = failed.value_of(read_element<fp_cache_counters>(programs, "cache_counters"));
    const fp_resolver resolver = failed.value_of(read_element<fp_resolver>(programs, "resolver"));
    const std::vector<Upstream> upstreams =
        failed.value_of(read_upstreams(programs.map("upstreams"), programs.map("upstream_counters")));
    if (failed) {
        return tl::unexpected(failed.error());
    }
    std::vector<Sample> all = samples_of(counters);
    add(all, samples_of(meta));
    add(all, samples_of(cache));
    add(all, samples_of(upstreams, resolver, meta, monotonic_ns()));
    add(all, samples_of(attachments.list()));
    add(all, samples_of(read_conntrack_fill()));
    add(all, build_samples());
    return all;
}

prometheus::ClientMetric::Histogram prometheus_histogram(const Histogram &histogram) {
    prometheus::ClientMetric::Histogram shown;
    shown.sample_count = histogram.count;
    shown.sample_sum = histogram.sum;
    for (const Histogram::Bucket &bucket : histogram.buckets) {
        shown.bucket.push_back({bucket.count, bucket.upper_bound});
    }
    return shown; // the serializer adds the bucket without a bound
}

prometheus::MetricType prometheus_type(SampleType type) {
    switch (type) {
    case SampleType::counter:
        return prometheus::MetricType::Counter;
    case SampleType::gauge:
        return prometheus::MetricType::Gauge;
    case SampleType::histogram:
        return prometheus::MetricType::Histogram;
    }
    return prometheus::MetricType::Untyped;
}

prometheus::ClientMetric client_metric(const Sample &sample) {
    prometheus::ClientMetric metric;
    for (const Label &label : sample.labels) {
        metric.label.push_back({label.name, label.value});
    }
    metric.counter.value = sample.value; // of these the one is shown that the family's type names
    metric.gauge.value = sample.value;
    metric.histogram = prometheus_histogram(sample.histogram);
    return metric;
}

// Samples of a family follow each other.
std::vector<prometheus::MetricFamily> families_of(const std::vector<Sample> &samples) {
    std::vector<prometheus::MetricFamily> families;
    for (const Sample &sample : samples) {
        if (families.empty() || families.back().name != sample.family) {
            families.push_back({sample.family, sample.help, prometheus_type(sample.type), {}});
        }
        families.back().metric.push_back(client_metric(sample));
    }
    return families;
}

HttpResponse unavailable(const std::string &why) {
    return {503, "text/plain; charset=utf-8", why + "\n"};
}

HttpResponse metrics_page(const Programs &programs, const Attachments &attachments) {
    const Result<std::vector<Sample>> samples = all_samples(programs, attachments);
    if (!samples) {
        return unavailable(samples.error().message);
    }
    return {200, "text/plain; version=0.0.4; charset=utf-8",
            prometheus::TextSerializer().Serialize(families_of(*samples))};
}

// Alive: the event loop has turned lately.
HttpResponse health_page(const Programs &programs) {
    const Result<fp_meta> meta = read_element<fp_meta>(programs, "meta");
    if (!meta || monotonic_ns() - meta->heartbeat_ns > heartbeat_limit_ns) {
        return unavailable(meta ? "no heartbeat of the daemon" : meta.error().message);
    }
    return {200, "text/plain; charset=utf-8", "ok\n"};
}

// Ready: every interface has its programs, and there is an address to answer on.
HttpResponse ready_page(const Programs &programs, const Attachments &attachments) {
    const std::vector<Attached> all = attachments.list();
    for (const Attached &attached : all) {
        if (!attached.live) {
            return unavailable(std::string(attached.record.interface) + " has lost a program");
        }
    }
    if (all.empty()) {
        return unavailable("not attached");
    }
    const Result<std::set<IpAddress>> listeners = read_listeners(programs.map("settings"), programs.map("listeners"));
    if (!listeners || listeners->empty()) {
        return unavailable(listeners ? "no address to answer on" : listeners.error().message);
    }
    return {200, "text/plain; charset=utf-8", "ready\n"};
}

} // namespace

std::map<std::string, HttpServer::Handler> metrics_endpoints(const Programs &programs, const Attachments &attachments) {
    return {{"/metrics", [&] { return metrics_page(programs, attachments); }},
            {"/healthz", [&] { return health_page(programs); }},
            {"/readyz", [&] { return ready_page(programs, attachments); }}};
}

} // namespace fastpath
