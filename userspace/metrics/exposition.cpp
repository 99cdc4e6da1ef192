// SPDX-License-Identifier: Apache-2.0
#include "metrics/exposition.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

namespace fastpath {

namespace {

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

} // namespace

std::string exposition(const std::vector<Sample> &samples) {
    return prometheus::TextSerializer().Serialize(families_of(samples));
}

} // namespace fastpath
