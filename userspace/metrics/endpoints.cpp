// SPDX-License-Identifier: Apache-2.0
#include "metrics/endpoints.h"

#include "bpf/counter_map.h"
#include "metrics/samples.h"
#include "util/clock.h"

#include <bpf/bpf.h>
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

namespace fastpath {

namespace {

constexpr uint64_t heartbeat_limit_ns = 10 * FP_NSEC_PER_SEC;

template <class T> Result<T> read_element(int map_fd, const char *name) {
    const uint32_t zero = 0;
    T element = {};
    if (bpf_map_lookup_elem(map_fd, &zero, &element) != 0) {
        return fail_errno(std::string("cannot read the map ") + name);
    }
    return element;
}

void add(std::vector<Sample> &all, std::vector<Sample> more) {
    std::move(more.begin(), more.end(), std::back_inserter(all));
}

Result<std::vector<Sample>> all_samples(const Programs &programs, const Attachments &attachments) {
    const Result<fp_counters> counters = read_counters(programs.map("counters"));
    const Result<fp_meta> meta = read_element<fp_meta>(programs.map("meta"), "meta");
    const Result<fp_cache_counters> cache =
        read_element<fp_cache_counters>(programs.map("cache_counters"), "cache_counters");
    if (!counters) {
        return tl::unexpected(counters.error());
    }
    if (!meta) {
        return tl::unexpected(meta.error());
    }
    const Result<fp_resolver> resolver = read_element<fp_resolver>(programs.map("resolver"), "resolver");
    if (!cache) {
        return tl::unexpected(cache.error());
    }
    if (!resolver) {
        return tl::unexpected(resolver.error());
    }
    std::vector<Sample> all = samples_of(*counters);
    add(all, samples_of(*meta));
    add(all, samples_of(*cache));
    add(all, samples_of(*resolver, *meta, monotonic_ns()));
    add(all, samples_of(attachments.list()));
    add(all, build_samples());
    return all;
}

prometheus::ClientMetric client_metric(const Sample &sample) {
    prometheus::ClientMetric metric;
    for (const Label &label : sample.labels) {
        metric.label.push_back({label.name, label.value});
    }
    (sample.type == SampleType::counter ? metric.counter.value : metric.gauge.value) = sample.value;
    return metric;
}

// Samples of a family follow each other.
std::vector<prometheus::MetricFamily> families_of(const std::vector<Sample> &samples) {
    std::vector<prometheus::MetricFamily> families;
    for (const Sample &sample : samples) {
        if (families.empty() || families.back().name != sample.family) {
            const auto type =
                sample.type == SampleType::counter ? prometheus::MetricType::Counter : prometheus::MetricType::Gauge;
            families.push_back({sample.family, sample.help, type, {}});
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
    const Result<fp_meta> meta = read_element<fp_meta>(programs.map("meta"), "meta");
    if (!meta || monotonic_ns() - meta->heartbeat_ns > heartbeat_limit_ns) {
        return unavailable(meta ? "no heartbeat of the daemon" : meta.error().message);
    }
    return {200, "text/plain; charset=utf-8", "ok\n"};
}

bool is_empty(int map_fd) {
    fp_addr key = {};
    return bpf_map_get_next_key(map_fd, nullptr, &key) != 0;
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
    if (is_empty(programs.map("listeners"))) {
        return unavailable("no address to answer on");
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
