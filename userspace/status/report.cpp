// SPDX-License-Identifier: Apache-2.0
#include "status/report.h"

#include "bpf/counter_map.h"
#include "status/text.h"
#include "status/warnings.h"

#include <algorithm>

namespace fastpath::status {

namespace {

constexpr double ppm = 1e-6;
constexpr double us_per_second = 1e6;

uint64_t seconds_since(uint64_t then_ns, uint64_t now_ns) {
    return (now_ns - std::min(then_ns, now_ns)) / FP_NSEC_PER_SEC;
}

Json daemon_json(const Facts &facts) {
    const Readings &readings = facts.readings;
    return {{"version", facts.version},
            {"pid", readings.meta.daemon_pid},
            {"uptime_seconds", seconds_since(readings.meta.started_ns, readings.now_ns)},
            {"heartbeat_age_seconds", heartbeat_age(readings)}};
}

Json warnings_json(const std::vector<Warning> &warnings) {
    Json list = Json::array();
    for (const Warning &warning : warnings) {
        list.push_back({{"severity", warning.is_problem ? "problem" : "warning"},
                        {"text", warning.text},
                        {"remedy", warning.remedy}});
    }
    return list;
}

Json queries_json(const Facts &facts) {
    Json queries = Json::object();
    for (uint32_t result = FP_RESULT_FIRST_QUERY; result < FP_RESULT_COUNT; result++) {
        queries[result_names[result].name] = result_count(facts.readings.counters, static_cast<fp_result>(result));
    }
    return queries;
}

Json rates_json(const Facts &facts) {
    const Rates rates = rates_of(facts);
    return {{"queries_per_second", rates.queries},
            {"hits_per_second", rates.hits},
            {"stale_per_second", rates.stale},
            {"misses_per_second", rates.misses},
            {"unanswered_per_second", rates.unanswered},
            {"hit_ratio", rates.queries > 0 ? Json(rates.hits / rates.queries) : Json(nullptr)}};
}

Json upstreams_json(const Readings &readings) {
    Json list = Json::array();
    for (const Upstream &upstream : readings.upstreams) {
        const fp_upstream &record = upstream.record;
        const fp_upstream_state state = state_of(record, readings.resolver);
        list.push_back({{"upstream", name_of(record)},
                        {"pool", pool_of(record)},
                        {"az", az_of(record)},
                        {"state", state == FP_UPSTREAM_UP     ? "up"
                                  : state == FP_UPSTREAM_DOWN ? "down"
                                                              : "unknown"},
                        {"drained", record.drained != 0},
                        {"queries_per_second", record.queries_per_second},
                        {"unanswered_ratio", record.unanswered_ppm * ppm},
                        {"rtt_seconds", record.rtt_us != 0 ? Json(record.rtt_us / us_per_second) : Json(nullptr)},
                        {"queries", upstream.counters.queries},
                        {"responses", upstream.counters.responses},
                        {"timeouts", record.timeouts}});
    }
    return list;
}

Json top_names_json(const Top &top) {
    Json list = Json::array();
    for (const TopRow &row : top.rows) {
        list.push_back({{"qname", row.subject},
                        {"qtype", row.qtype},
                        {"queries_per_second", row.queries_per_second},
                        {"share", row.share},
                        {"share_low", row.share_low},
                        {"share_high", row.share_high},
                        {"hit_ratio", row.hit_ratio}});
    }
    return list;
}

Json interfaces_json(const Readings &readings) {
    Json list = Json::array();
    for (const Attached &attached : readings.interfaces) {
        list.push_back({{"interface", attached.record.interface},
                        {"mode", attached.record.mode == FP_ATTACH_NATIVE ? "native" : "generic"},
                        {"attached", attached.live}});
    }
    return list;
}

Json events_json(const std::vector<Event> &events) {
    Json list = Json::array();
    for (const Event &event : events) {
        const auto level = spdlog::level::to_string_view(event.level);
        list.push_back(
            {{"time", time_text(event.at)}, {"level", std::string(level.data(), level.size())}, {"text", event.text}});
    }
    return list;
}

} // namespace

Json report_of(const Facts &facts) {
    const Readings &readings = facts.readings;
    const std::vector<Warning> warnings = warnings_of(facts);
    const bool has_problem = std::any_of(warnings.begin(), warnings.end(), [](const auto &w) { return w.is_problem; });
    return {{"time", time_text(facts.now)},
            {"host", facts.host},
            {"state", has_problem        ? "problem"
                      : warnings.empty() ? "ok"
                                         : "warning"},
            {"warnings", warnings_json(warnings)},
            {"daemon", daemon_json(facts)},
            {"rates", rates_json(facts)},
            {"queries", queries_json(facts)},
            {"upstreams", upstreams_json(readings)},
            {"top_names", top_names_json(readings.top_names)},
            {"interfaces", interfaces_json(readings)},
            {"cache",
             {{"entries", readings.meta.entries},
              {"capacity", readings.meta.max_entries},
              {"memory_bytes", readings.meta.memory_bytes},
              {"evictions", readings.cache.evictions}}},
            {"conntrack", readings.conntrack
                              ? Json{{"entries", readings.conntrack->entries}, {"limit", readings.conntrack->limit}}
                              : Json(nullptr)},
            {"events", events_json(facts.events)}};
}

} // namespace fastpath::status
