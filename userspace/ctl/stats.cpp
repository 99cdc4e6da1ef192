// SPDX-License-Identifier: Apache-2.0
#include "ctl/stats.h"

#include "ctl/command.h"
#include "ctl/pinned.h"

#include <cmath>

namespace fastpath::ctl {

namespace {

// Values are counts; a double would be printed with an exponent or a point.
uint64_t whole(double value) {
    return static_cast<uint64_t>(std::llround(value));
}

Result<std::vector<Sample>> read_samples(const Pinned &pinned) {
    const Result<fp_counters> counters = open_counters(pinned);
    if (!counters) {
        return tl::unexpected(counters.error());
    }
    std::vector<Sample> samples = samples_of(*counters);
    const std::vector<Sample> cache = samples_of(pinned.meta);
    samples.insert(samples.end(), cache.begin(), cache.end());
    return samples;
}

} // namespace

std::string series_name(const Sample &sample) {
    std::string name = sample.family;
    for (const Label &label : sample.labels) {
        name += (&label == &sample.labels.front() ? "{" : ",") + label.name + "=\"" + label.value + "\"";
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
