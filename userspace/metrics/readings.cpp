// SPDX-License-Identifier: Apache-2.0
#include "metrics/readings.h"

#include "bpf/counter_map.h"
#include "nic/ethtool.h"
#include "nic/event_counters.h"
#include "util/clock.h"
#include "util/first_error.h"

#include <bpf/bpf.h>

namespace fastpath {

namespace {

template <class T> Result<T> read_element(const Programs &programs, const char *name) {
    const uint32_t zero = 0;
    T element = {};
    if (bpf_map_lookup_elem(programs.map(name), &zero, &element) != 0) {
        return fail_errno(std::string("cannot read the map ") + name);
    }
    return element;
}

} // namespace

Result<fp_meta> read_meta(const Programs &programs) {
    return read_element<fp_meta>(programs, "meta");
}

Result<Readings> read_all(const Sources &sources) {
    const Programs &programs = sources.programs;
    const uint64_t now_ns = monotonic_ns();
    FirstError failed;
    Readings readings = {
        .counters = failed.value_of(read_counters(programs.map("counters"))),
        .meta = failed.value_of(read_meta(programs)),
        .cache = failed.value_of(read_element<fp_cache_counters>(programs, "cache_counters")),
        .snapshot = failed.value_of(read_element<fp_snapshot>(programs, "snapshot")),
        .resolver = failed.value_of(read_element<fp_resolver>(programs, "resolver")),
        .upstreams = failed.value_of(read_upstreams(programs.map("upstreams"), programs.map("upstream_counters"))),
        .interfaces = sources.attachments.list(),
        .nics = {},
        .conntrack = read_conntrack_fill(),
        .top_names = sources.top_names.at(now_ns),
        .now_ns = now_ns};
    if (failed) {
        return tl::unexpected(failed.error());
    }
    readings.nics = read_nic_counters(readings.interfaces);
    return readings;
}

std::vector<NicCounters> read_nic_counters(const std::vector<Attached> &interfaces) {
    std::vector<NicCounters> nics;
    for (const Attached &attached : interfaces) {
        const std::string name = attached.record.interface;
        nics.push_back({name, event_counters(read_nic_statistics(name))});
    }
    return nics;
}

} // namespace fastpath
