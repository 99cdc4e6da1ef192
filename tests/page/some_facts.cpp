// SPDX-License-Identifier: Apache-2.0
#include "page/some_facts.h"

namespace fastpath::test {

namespace {

constexpr uint64_t now_ns = 10'000 * FP_NSEC_PER_SEC;

template <size_t size> void set_text(char (&to)[size], const std::string &text) {
    text.copy(to, size - 1);
}

Upstream upstream_of(const std::string &pool, uint32_t rate) {
    Upstream upstream;
    upstream.record.is_local = 1;
    upstream.record.state = FP_UPSTREAM_UP;
    upstream.record.queries_per_second = rate;
    upstream.record.rtt_us = 250;
    set_text(upstream.record.pool, pool);
    return upstream;
}

Attached interface_of(const std::string &name) {
    Attached attached = {.ifindex = 2, .record = {}};
    set_text(attached.record.interface, name);
    return attached;
}

// Two minutes of so many hits and misses a second; in the last `bad` seconds, of which so many stay unanswered.
std::vector<Moment> moments(uint64_t hits, uint64_t misses, size_t bad, double unanswered) {
    std::vector<Moment> all;
    for (size_t i = 0; i <= History::seconds; i++) {
        Moment moment;
        moment.at_ns = now_ns - (History::seconds - i) * FP_NSEC_PER_SEC;
        moment.results[FP_RESULT_hit] = i * hits + i % 7 * hits / 50;
        moment.results[FP_RESULT_miss] = i * misses;
        moment.unanswered_per_second = i + bad > History::seconds ? unanswered : 0;
        all.push_back(moment);
    }
    return all;
}

} // namespace

status::Facts healthy_facts(const std::string &text) {
    status::Facts facts;
    facts.host = text;
    facts.version = "0.1.0";
    Readings &readings = facts.readings;
    readings.now_ns = now_ns;
    readings.meta.heartbeat_ns = now_ns;
    readings.meta.entries = 123'456;
    readings.meta.max_entries = 1'000'000;
    readings.meta.memory_bytes = 80 << 20;
    readings.counters.hit = 1'080'000;
    readings.counters.miss_local = 120'000;
    readings.resolver.state = FP_RESOLVER_UP;
    readings.upstreams = {upstream_of(text, 1000)};
    readings.interfaces = {interface_of(text)};
    readings.conntrack = ConntrackFill{.entries = 100, .limit = 2000};
    readings.top_names = {.window_seconds = 60, .samples = 5, .queries_per_second = 10'000, .rows = {}};
    readings.top_names.rows.push_back(
        {.subject = text, .qtype = "A", .queries_per_second = 5'000, .share = 0.5, .hit_ratio = 0.999});
    facts.moments = moments(9000, 1000, 0, 0);
    facts.events = {{{}, spdlog::level::warn, "upstream 198.18.1.11 (" + text + ") is down"},
                    {{}, spdlog::level::info, "ready"}};
    return facts;
}

status::Facts incident_facts() {
    status::Facts facts = healthy_facts();
    facts.readings.conntrack->entries = 2000;
    facts.readings.upstreams[0].record.unanswered_ppm = 890'000;
    facts.moments = moments(9000, 1000, 60, 890);
    return facts;
}

} // namespace fastpath::test
