// SPDX-License-Identifier: Apache-2.0
// Samples: what the maps count, as metrics. The exporter and `dns-fastpathctl stats` both show exactly these.
#pragma once

#include "bpf/attachment.h"

#include <dns_fastpath/abi.h>
#include <dns_fastpath/counters.h>
#include <string>
#include <vector>

namespace fastpath {

enum class SampleType { counter, gauge };

struct Label {
    std::string name;
    std::string value;
};

struct Sample {
    std::string family; // with the prefix dns_fastpath_
    std::string help;   // the same for all samples of a family
    SampleType type;
    std::vector<Label> labels;
    double value; // exact up to 2^53
};

// Samples of one family follow each other.
std::vector<Sample> samples_of(const fp_counters &counters);
std::vector<Sample> samples_of(const fp_meta &meta);
std::vector<Sample> samples_of(const fp_cache_counters &counters);
std::vector<Sample> samples_of(const std::vector<Attached> &interfaces);
std::vector<Sample> build_samples();

} // namespace fastpath
