// SPDX-License-Identifier: Apache-2.0
#include "ctl/stats.h"

#include "ctl/command.h"
#include "ctl/pinned.h"
#include "util/clock.h"

#include "util/first_error.h"

#include <array>
#include <charconv>
#include <cmath>

namespace fastpath::ctl {

namespace {

bool is_whole(double value) {
    return value == std::trunc(value) && std::abs(value) < 1e15;
}

uint64_t whole(double value) {
    return static_cast<uint64_t>(std::llround(value));
}

// Counts are printed without a point or an exponent, the rest with as many digits as tell it from its neighbours.
std::string number_text(double value) {
    if (std::isinf(value)) {
        return "+Inf";
    }
    if (is_whole(value)) {
        return std::to_string(whole(value));
    }
    std::array<char, 32> text = {};
    const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value);
    return {text.data(), end};
}

// As the exposition format of Prometheus asks for; a name of an interface may hold anything but a slash and white space.
std::string escaped(const std::string &value) {
    std::string text;
    for (const char c : value) {
        text += c == '"' || c == '\\' ? std::string{'\\', c} : c == '\n' ? std::string("\\n") : std::string(1, c);
    }
    return text;
}

Series bucket(const Sample &sample, double upper_bound, uint64_t count) {
    Series series = {sample.family + "_bucket", sample.labels, static_cast<double>(count)};
    series.labels.push_back({"le", number_text(upper_bound)});
    return series;
}

void add_histogram(std::vector<Series> &all, const Sample &sample) {
    const Histogram &histogram = sample.histogram;
    for (const Histogram::Bucket &one : histogram.buckets) {
        all.push_back(bucket(sample, one.upper_bound, one.count));
    }
    all.push_back(bucket(sample, INFINITY, histogram.count));
    all.push_back({sample.family + "_sum", sample.labels, histogram.sum});
    all.push_back({sample.family + "_count", sample.labels, static_cast<double>(histogram.count)});
}

Result<std::vector<Sample>> read_samples(const Pinned &pinned) {
    FirstError failed;
    Readings readings = {.counters = failed.value_of(counters_of(pinned)),
                         .meta = pinned.meta,
                         .cache = failed.value_of(cache_counters_of(pinned)),
                         .snapshot = failed.value_of(snapshot_of(pinned)),
                         .resolver = failed.value_of(resolver_of(pinned)),
                         .upstreams = failed.value_of(upstreams_of(pinned)),
                         .interfaces = failed.value_of(attachments_of(pinned)),
                         .nics = {},
                         .conntrack = read_conntrack_fill(),
                         .top_names = {}, // `top names` shows them
                         .now_ns = monotonic_ns()};
    if (failed) {
        return tl::unexpected(failed.error());
    }
    readings.nics = read_nic_counters(readings.interfaces);
    return samples_of(readings);
}

} // namespace

std::vector<Series> series_of(const std::vector<Sample> &samples) {
    std::vector<Series> all;
    for (const Sample &sample : samples) {
        if (sample.type == SampleType::histogram) {
            add_histogram(all, sample);
        } else {
            all.push_back({sample.family, sample.labels, sample.value});
        }
    }
    return all;
}

std::string to_string(const Series &series) {
    std::string text = series.name;
    for (const Label &label : series.labels) {
        text += (&label == &series.labels.front() ? "{" : ",") + label.name + "=\"" + escaped(label.value) + "\"";
    }
    return series.labels.empty() ? text : text + "}";
}

Json to_json(const std::vector<Series> &all) {
    Json list = Json::array();
    for (const Series &series : all) {
        Json labels = Json::object();
        for (const Label &label : series.labels) {
            labels[label.name] = label.value;
        }
        const Json value = is_whole(series.value) ? Json(whole(series.value)) : Json(series.value);
        list.push_back({{"name", series.name}, {"labels", labels}, {"value", value}});
    }
    return list;
}

Result<ExitCode> show_stats(const Invocation &, Pinned &pinned, Output &output) {
    const Result<std::vector<Series>> all = read_samples(pinned).map(series_of);
    if (!all) {
        return tl::unexpected(all.error());
    }
    if (output.json) {
        print_json(output.stream, to_json(*all));
        return ExitCode::fine;
    }
    for (const Series &series : *all) {
        output.stream << to_string(series) << ' ' << number_text(series.value) << '\n';
    }
    return ExitCode::fine;
}

} // namespace fastpath::ctl
