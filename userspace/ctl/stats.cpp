// SPDX-License-Identifier: Apache-2.0
#include "ctl/stats.h"

#include "ctl/command.h"
#include "ctl/pinned.h"
#include "util/clock.h"

#include <cmath>

namespace fastpath::ctl {

namespace {

// Values are counts; a double would be printed with an exponent or a point.
uint64_t whole(double value) {
    return static_cast<uint64_t>(std::llround(value));
}

// As the exposition format of Prometheus asks for; a name of an interface may hold anything but a slash and white space.
std::string escaped(const std::string &value) {
    std::string text;
    for (const char c : value) {
        text += c == '"' || c == '\\' ? std::string{'\\', c} : c == '\n' ? std::string("\\n") : std::string(1, c);
    }
    return text;
}

Result<std::vector<Sample>> read_samples(const Pinned &pinned) {
    const Result<fp_counters> counters = counters_of(pinned);
    const Result<fp_cache_counters> cache = cache_counters_of(pinned);
    const Result<fp_resolver> resolver = resolver_of(pinned);
    const Result<std::vector<Attached>> interfaces = attachments_of(pinned);
    if (!counters || !cache) {
        return tl::unexpected(!counters ? counters.error() : cache.error());
    }
    if (!resolver || !interfaces) {
        return tl::unexpected(!resolver ? resolver.error() : interfaces.error());
    }
    std::vector<Sample> samples = samples_of(*counters);
    for (const auto &more : {samples_of(pinned.meta), samples_of(*cache),
                             samples_of(*resolver, pinned.meta, monotonic_ns()), samples_of(*interfaces)}) {
        samples.insert(samples.end(), more.begin(), more.end());
    }
    return samples;
}

} // namespace

std::string series_name(const Sample &sample) {
    std::string name = sample.family;
    for (const Label &label : sample.labels) {
        name += (&label == &sample.labels.front() ? "{" : ",") + label.name + "=\"" + escaped(label.value) + "\"";
    }
    return sample.labels.empty() ? name : name + "}";
}

Json to_json(const std::vector<Sample> &samples) {
    Json list = Json::array();
    for (const Sample &sample : samples) {
        Json labels = Json::object();
        for (const Label &label : sample.labels) {
            labels[label.name] = label.value;
        }
        list.push_back({{"name", sample.family}, {"labels", labels}, {"value", whole(sample.value)}});
    }
    return list;
}

Result<ExitCode> show_stats(const Invocation &, Pinned &pinned, Output &output) {
    const Result<std::vector<Sample>> samples = read_samples(pinned);
    if (!samples) {
        return tl::unexpected(samples.error());
    }
    if (output.json) {
        print_json(output.stream, to_json(*samples));
        return ExitCode::fine;
    }
    for (const Sample &sample : *samples) {
        output.stream << series_name(sample) << ' ' << whole(sample.value) << '\n';
    }
    return ExitCode::fine;
}

} // namespace fastpath::ctl
