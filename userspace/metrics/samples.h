// SPDX-License-Identifier: Apache-2.0
// Samples: what the maps count, as metrics. The exporter and `dns-fastpathctl stats` both show exactly these.
#pragma once

#include "bpf/attachment.h"

#include <cstdint>
#include <dns_fastpath/abi.h>
#include <dns_fastpath/config.h>
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
// None where no probe has told yet, or where the daemon's word is too old to go by.
std::vector<Sample> samples_of(const fp_resolver &resolver, const fp_meta &meta, uint64_t now_ns);
std::vector<Sample> samples_of(const std::vector<Attached> &interfaces);
std::vector<Sample> build_samples();

// What the daemon's probes say of the resolver; FP_RESOLVER_UNKNOWN where its last heartbeat is too old for that.
fp_resolver_state probed_state(const fp_resolver &resolver, const fp_meta &meta, uint64_t now_ns);

} // namespace fastpath
