// SPDX-License-Identifier: Apache-2.0
// Tones are classes of page/style.css: good, warn, bad, plain. A tone never stands alone, there is a word beside it.
#include "status/view.h"

#include "bpf/counter_map.h"
#include "status/chart.h"
#include "status/text.h"
#include "status/warnings.h"

#include <algorithm>
#include <cmath>

namespace fastpath::status {

namespace {

constexpr double ppm = 1e-6;
constexpr size_t most_events = 20;
const std::string nothing = "\u2013"; // where there is no figure

Json tile(const char *name, std::string value, std::string detail, const char *tone = "plain", double fill = -1) {
    Json view = {{"name", name}, {"value", std::move(value)}, {"detail", std::move(detail)}, {"tone", tone}};
    view["meter"] = false;
    if (fill >= 0) {
        view["meter"] = {{"percent", std::to_string(std::lround(100 * std::min(fill, 1.0)))}};
    }
    return view;
}

const char *tone_of(double value, double warning, double problem) {
    return value > problem ? "bad" : value > warning ? "warn" : "good";
}

double unanswered_ratio(const Upstream &upstream) {
    return upstream.record.unanswered_ppm * ppm;
}

Json unanswered_tile(const Facts &facts) {
    const std::vector<Upstream> &upstreams = facts.readings.upstreams;
    const auto worst = std::max_element(upstreams.begin(), upstreams.end(), [](const Upstream &a, const Upstream &b) {
        return unanswered_ratio(a) < unanswered_ratio(b);
    });
    if (worst == upstreams.end()) {
        return tile("Unanswered", nothing, "no upstream");
    }
    const double ratio = unanswered_ratio(*worst);
    return tile("Unanswered", share_text(ratio),
                ratio > 0 ? "of the misses sent to " + name_of(worst->record) : "of the misses, last second",
                tone_of(ratio, unanswered_limit / 5, unanswered_limit));
}

Json conntrack_tile(const Facts &facts) {
    if (!facts.readings.conntrack) {
        return tile("Connection tracking", "off", "this kernel tracks nothing", "good");
    }
    const ConntrackFill &fill = *facts.readings.conntrack;
    const double share = conntrack_fill(fill);
    return tile("Connection tracking", share_text(share), count_text(fill.entries) + " of " + count_text(fill.limit),
                tone_of(share, conntrack_warning, conntrack_full), share);
}

// A full cache is no trouble: expired answers stay in it until their places are wanted.
Json cache_tile(const Readings &readings) {
    const double share = readings.meta.max_entries == 0 ? 0
                                                        : static_cast<double>(readings.meta.entries) /
                                                              static_cast<double>(readings.meta.max_entries);
    return tile("Cache", count_text(readings.meta.entries),
                "of " + count_text(readings.meta.max_entries) + " answers, " + bytes_text(readings.meta.memory_bytes),
                "plain", share);
}

Json tiles_of(const Facts &facts) {
    const Rates rates = rates_of(facts);
    return {tile("Queries", rate_text(rates.queries), "a second"),
            tile("Hit ratio", rates.queries > 0 ? share_text(rates.hits / rates.queries) : nothing,
                 rate_text(rates.hits) + " a second from the cache"),
            unanswered_tile(facts), conntrack_tile(facts), cache_tile(facts.readings)};
}

Json state_of_upstream(const fp_upstream &record, fp_upstream_state state) {
    const std::string name = state == FP_UPSTREAM_UP ? "up" : state == FP_UPSTREAM_DOWN ? "down" : "unknown";
    if (record.drained != 0) {
        return {{"text", "drained, " + name}, {"tone", "warn"}};
    }
    return {{"text", name}, {"tone", state == FP_UPSTREAM_UP ? "good" : state == FP_UPSTREAM_DOWN ? "bad" : "plain"}};
}

Json upstreams_of(const Readings &readings) {
    Json rows = Json::array();
    for (const Upstream &upstream : readings.upstreams) {
        const fp_upstream &record = upstream.record;
        const double ratio = unanswered_ratio(upstream);
        rows.push_back({{"name", name_of(record)},
                        {"pool", pool_of(record)},
                        {"az", az_of(record).empty() ? nothing : az_of(record)},
                        {"state", state_of_upstream(record, state_of(record, readings.resolver))},
                        {"rate", count_text(record.queries_per_second)},
                        {"rtt", record.rtt_us == 0 ? nothing : milliseconds_text(record.rtt_us)},
                        {"unanswered", share_text(ratio)},
                        {"unanswered_tone", tone_of(ratio, unanswered_limit / 5, unanswered_limit)},
                        {"timeouts", count_text(record.timeouts)}});
    }
    return rows;
}

Json results_of(const Facts &facts) {
    const std::vector<Moment> &moments = facts.moments;
    uint64_t all = 0;
    for (uint32_t result = FP_RESULT_FIRST_QUERY; result < FP_RESULT_COUNT; result++) {
        all += result_count(facts.readings.counters, static_cast<fp_result>(result));
    }
    Json rows = Json::array();
    for (uint32_t result = FP_RESULT_FIRST_QUERY; result < FP_RESULT_COUNT; result++) {
        const uint64_t count = result_count(facts.readings.counters, static_cast<fp_result>(result));
        uint64_t in_last_minute = 0;
        if (moments.size() > 1) {
            const Moment &first = moments[moments.size() - 1 - std::min<size_t>(60, moments.size() - 1)];
            in_last_minute =
                moments.back().results[result] - std::min(first.results[result], moments.back().results[result]);
        }
        rows.push_back(
            {{"name", result_names[result].name},
             {"minute", count_text(in_last_minute)},
             {"count", count_text(count)},
             {"share", all == 0 ? nothing : share_text(static_cast<double>(count) / static_cast<double>(all))}});
    }
    return rows;
}

Json top_names_of(const Top &top) {
    constexpr size_t most_names = 10;
    Json rows = Json::array();
    for (size_t i = 0; i < std::min(most_names, top.rows.size()); i++) {
        const TopRow &row = top.rows[i];
        rows.push_back({{"name", row.subject},
                        {"type", row.qtype},
                        {"rate", rate_text(row.queries_per_second)},
                        {"share", share_text(row.share)},
                        {"hits", share_text(row.hit_ratio)}});
    }
    return rows;
}

Json interfaces_of(const Readings &readings) {
    Json rows = Json::array();
    for (const Attached &attached : readings.interfaces) {
        rows.push_back({{"name", attached.record.interface},
                        {"mode", attached.record.mode == FP_ATTACH_NATIVE ? "native XDP" : "generic XDP"},
                        {"state", attached.live ? "attached" : "not attached"},
                        {"tone", attached.live ? "good" : "bad"}});
    }
    return rows;
}

Json events_of(const Facts &facts) {
    Json rows = Json::array();
    for (size_t i = 0; i < std::min(most_events, facts.events.size()); i++) {
        const Event &event = facts.events[i];
        const bool is_bad = event.level >= spdlog::level::err;
        const bool is_warning = event.level == spdlog::level::warn;
        rows.push_back({{"time", time_text(event.at)},
                        {"tone", is_bad       ? "bad"
                                 : is_warning ? "warn"
                                              : "plain"},
                        {"level", is_bad       ? "error"
                                  : is_warning ? "warning"
                                               : "info"},
                        {"text", event.text}});
    }
    return rows;
}

Json warnings_view(const std::vector<Warning> &warnings) {
    Json rows = Json::array();
    for (const Warning &warning : warnings) {
        rows.push_back({{"tone", warning.is_problem ? "bad" : "warn"},
                        {"level", warning.is_problem ? "Problem" : "Warning"},
                        {"text", warning.text},
                        {"remedy", warning.remedy}});
    }
    return rows;
}

Json verdict_of(const std::vector<Warning> &warnings) {
    const auto problems = std::count_if(warnings.begin(), warnings.end(), [](const auto &w) { return w.is_problem; });
    if (problems > 0) {
        return {{"tone", "bad"}, {"text", std::to_string(problems) + (problems == 1 ? " problem" : " problems")}};
    }
    if (!warnings.empty()) {
        return {{"tone", "warn"},
                {"text", std::to_string(warnings.size()) + (warnings.size() == 1 ? " warning" : " warnings")}};
    }
    return {{"tone", "good"}, {"text", "All is well"}};
}

Json chart_view(const Facts &facts) {
    const Chart chart = chart_of(facts.moments);
    const Rates rates = rates_of(facts);
    return {{"hits", chart.hits},
            {"misses", chart.misses},
            {"unanswered", chart.unanswered},
            {"highest", rate_text(chart.highest)},
            {"hits_now", rate_text(rates.hits)},
            {"misses_now", rate_text(rates.misses)},
            {"unanswered_now", rate_text(rates.unanswered)}};
}

} // namespace

Json view_of(const Facts &facts) {
    const Readings &readings = facts.readings;
    const std::vector<Warning> warnings = warnings_of(facts);
    const uint64_t up_ns = readings.now_ns - std::min(readings.now_ns, uint64_t{readings.meta.started_ns});
    const Json verdict = verdict_of(warnings);
    return {{"title", verdict["text"].get<std::string>() + " \u2013 " + facts.host + " \u2013 dns-fastpath"},
            {"host", facts.host},
            {"version", facts.version},
            {"uptime", duration_text(up_ns / FP_NSEC_PER_SEC)},
            {"time", time_text(facts.now)},
            {"verdict", verdict},
            {"warnings", warnings_view(warnings)},
            {"tiles", tiles_of(facts)},
            {"chart", chart_view(facts)},
            {"upstreams", upstreams_of(readings)},
            {"results", results_of(facts)},
            {"names", top_names_of(readings.top_names)},
            {"window", duration_text(static_cast<uint64_t>(std::lround(readings.top_names.window_seconds)))},
            {"interfaces", interfaces_of(readings)},
            {"events", events_of(facts)}};
}

} // namespace fastpath::status
