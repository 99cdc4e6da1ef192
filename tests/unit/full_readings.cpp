// SPDX-License-Identifier: Apache-2.0
#include "unit/full_readings.h"

#include <algorithm>

namespace fastpath::test {

namespace {

template <size_t size> void set_text(char (&to)[size], const std::string &text) {
    text.copy(to, size - 1);
}

Upstream some_upstream(const std::string &pool) {
    Upstream upstream;
    upstream.record.is_local = 1;
    upstream.record.state = FP_UPSTREAM_UP;
    set_text(upstream.record.pool, pool);
    upstream.counters.rtt[3] = 5;
    return upstream;
}

Attached some_interface(const std::string &name) {
    Attached attached = {.ifindex = 2, .record = {}};
    set_text(attached.record.interface, name);
    return attached;
}

} // namespace

Readings full_readings(const std::string &text) {
    Readings readings;
    auto *const words = reinterpret_cast<uint64_t *>(&readings.counters);
    std::fill(words, words + sizeof(fp_counters) / sizeof(uint64_t), 1);
    readings.now_ns = FP_NSEC_PER_SEC;
    readings.meta.heartbeat_ns = readings.now_ns;
    readings.resolver.state = FP_RESOLVER_UP;
    readings.upstreams = {some_upstream(text)};
    readings.interfaces = {some_interface(text)};
    readings.nics = {{text, {{"rx_drops", 1}}}};
    readings.conntrack = ConntrackFill{.entries = 1, .limit = 2};
    readings.top_names.window_seconds = 60;
    readings.top_names.rows.push_back({.subject = text, .qtype = "A", .queries_per_second = 2});
    return readings;
}

} // namespace fastpath::test
