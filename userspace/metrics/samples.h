// SPDX-License-Identifier: Apache-2.0
// Samples: what the maps count, as metrics. The exporter and `dns-fastpathctl stats` both show exactly these.
#pragma once

#include "metrics/readings.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace fastpath {

enum class SampleType { counter, gauge, histogram };

struct Label {
    std::string name;
    std::string value;
};

struct Histogram {
    struct Bucket {
        double upper_bound;
        uint64_t count; // of all values up to the bound, those of the buckets before included
    };
    std::vector<Bucket> buckets; // without the one that has no bound
    uint64_t count = 0;
    double sum = 0;
};

struct Sample {
    std::string family; // with the prefix dns_fastpath_
    std::string help;   // the same for all samples of a family
    SampleType type;
    std::vector<Label> labels;
    double value = 0;         // exact up to 2^53; of no meaning for a histogram
    Histogram histogram = {}; // and this only for one
};

std::vector<Sample> samples_of(const Readings &readings);

// Its parts. Samples of one family follow each other.
std::vector<Sample> samples_of(const fp_counters &counters);
std::vector<Sample> samples_of(const fp_meta &meta, uint64_t now_ns);
std::vector<Sample> samples_of(const fp_cache_counters &counters);
std::vector<Sample> samples_of(const fp_snapshot &snapshot);
// Of what the daemon says of their health, none where its word is too old to go by, or where no probe has told yet.
std::vector<Sample> samples_of(const std::vector<Upstream> &upstreams, const fp_resolver &resolver, const fp_meta &meta,
                               uint64_t now_ns);
std::vector<Sample> samples_of(const std::vector<Attached> &interfaces);
std::vector<Sample> samples_of(const std::vector<NicCounters> &nics);
std::vector<Sample> samples_of(const Top &top_names);
std::vector<Sample> samples_of(const std::optional<ConntrackFill> &conntrack); // none where the kernel tracks nothing
std::vector<Sample> build_samples();

} // namespace fastpath
