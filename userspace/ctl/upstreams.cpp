// SPDX-License-Identifier: Apache-2.0
#include "ctl/upstreams.h"

#include "ctl/command.h"
#include "ctl/heartbeat.h"
#include "ctl/pinned.h"
#include "util/clock.h"
#include "util/first_error.h"

#include <algorithm>
#include <set>

namespace fastpath::ctl {

namespace {

constexpr double ppm = 1e-6;
constexpr double us_per_second = 1e6;
const std::string nothing = "-";

const char *state_name(fp_upstream_state state) {
    switch (state) {
    case FP_UPSTREAM_UP:
        return "up";
    case FP_UPSTREAM_DOWN:
        return "down";
    default:
        return "unknown";
    }
}

std::string full_name(const Upstream &upstream) {
    return name_of(upstream.record) + " of pool " + pool_of(upstream.record);
}

uint64_t seconds_in_state(const UpstreamsReport &report, const Upstream &upstream) {
    const bool is_local = upstream.record.is_local != 0;
    return seconds_between(is_local ? report.resolver.state_since_ns : upstream.record.state_since_ns, report.now_ns);
}

bool has_old_word(const UpstreamsReport &report) {
    return heartbeat_age_seconds(report.meta, report.now_ns) > heartbeat_limit_seconds;
}

Cell state_cell(const UpstreamsReport &report, const Upstream &upstream) {
    const fp_upstream_state state = state_of(upstream.record, report.resolver);
    const std::string name = state_name(state);
    if (upstream.record.drained != 0) {
        return {"drained (" + name + ")", Tone::bad};
    }
    return {name, state == FP_UPSTREAM_UP ? Tone::good : state == FP_UPSTREAM_DOWN ? Tone::bad : Tone::plain};
}

std::string since(const UpstreamsReport &report, const Upstream &upstream) {
    const bool is_known = state_of(upstream.record, report.resolver) != FP_UPSTREAM_UNKNOWN;
    return is_known ? format_uptime(seconds_in_state(report, upstream)) : nothing;
}

std::string rtt(const fp_upstream &record) {
    return record.rtt_us == 0 ? nothing : format_milliseconds(record.rtt_us);
}

Row row_of(const UpstreamsReport &report, const Upstream &upstream) {
    const fp_upstream &record = upstream.record;
    return {pool_of(record),
            name_of(record),
            az_of(record).empty() ? nothing : az_of(record),
            std::to_string(record.tier),
            std::to_string(record.weight),
            state_cell(report, upstream),
            since(report, upstream),
            std::to_string(record.queries_per_second),
            record.max_qps == 0 ? nothing : std::to_string(record.max_qps),
            rtt(record),
            format_share(record.unanswered_ppm * ppm),
            std::to_string(upstream.counters.queries),
            std::to_string(upstream.counters.responses),
            std::to_string(record.timeouts)};
}

Json to_json(const UpstreamsReport &report, const Upstream &upstream) {
    const fp_upstream &record = upstream.record;
    const fp_upstream_state state = state_of(record, report.resolver);
    return {{"pool", pool_of(record)},
            {"upstream", name_of(record)},
            {"az", az_of(record)},
            {"tier", record.tier},
            {"weight", record.weight},
            {"state", state_name(state)},
            {"state_seconds", state != FP_UPSTREAM_UNKNOWN ? Json(seconds_in_state(report, upstream)) : Json(nullptr)},
            {"drained", record.drained != 0},
            {"queries_per_second", record.queries_per_second},
            {"max_qps", record.max_qps != 0 ? Json(record.max_qps) : Json(nullptr)},
            {"rtt_seconds", record.rtt_us != 0 ? Json(record.rtt_us / us_per_second) : Json(nullptr)},
            {"unanswered_ratio", record.unanswered_ppm * ppm},
            {"queries", upstream.counters.queries},
            {"responses", upstream.counters.responses},
            {"timeouts", record.timeouts}};
}

// Pools in which another host is an upstream, or where the one that there is was drained by hand.
std::set<std::string> pools_of_interest(const UpstreamsReport &report) {
    std::set<std::string> pools;
    for (const Upstream &upstream : report.upstreams) {
        if (upstream.record.is_local == 0 || upstream.record.drained != 0) {
            pools.insert(pool_of(upstream.record));
        }
    }
    return pools;
}

Result<UpstreamsReport> gather(const Pinned &pinned) {
    FirstError failed;
    UpstreamsReport report = {.upstreams = failed.value_of(upstreams_of(pinned)),
                              .resolver = failed.value_of(resolver_of(pinned)),
                              .meta = pinned.meta,
                              .now_ns = monotonic_ns()};
    if (failed) {
        return tl::unexpected(failed.error());
    }
    return report;
}

} // namespace

std::vector<std::string> problems_of(const UpstreamsReport &report) {
    std::vector<std::string> problems;
    if (!is_word_valid(report.meta, report.now_ns)) {
        return problems;
    }
    for (const Upstream &upstream : report.upstreams) {
        const bool is_down = state_of(upstream.record, report.resolver) == FP_UPSTREAM_DOWN;
        if (is_down && upstream.record.is_local == 0 && upstream.record.drained == 0) {
            problems.push_back("the upstream " + full_name(upstream) + " has been down for " +
                               format_uptime(seconds_in_state(report, upstream)) + "; see its log, or drain it");
        }
    }
    const std::set<std::string> interesting = pools_of_interest(report);
    for (const std::string &pool : pools_without_service(report.upstreams, report.resolver)) {
        if (interesting.contains(pool)) {
            problems.push_back("no upstream of pool " + pool +
                               " is serving: its misses get a stale answer, or go to the resolver on this host");
        }
    }
    return problems;
}

void print_upstreams(Output &output, const UpstreamsReport &report) {
    std::vector<Row> rows = {{"POOL", "UPSTREAM", "AZ", "TIER", "WEIGHT", "STATE", "SINCE", "Q/S", "MAX Q/S", "RTT",
                              "UNANSWERED", "QUERIES", "RESPONSES", "TIMEOUTS"}};
    for (const Upstream &upstream : report.upstreams) {
        rows.push_back(row_of(report, upstream));
    }
    print_table(output, rows);
    if (has_old_word(report)) {
        output.stream << "\nold: the daemon gave no heartbeat for "
                      << format_uptime(heartbeat_age_seconds(report.meta, report.now_ns))
                      << "; states, rates and times are those of then\n";
    }
    const std::vector<std::string> problems = problems_of(report);
    for (const std::string &problem : problems) {
        output.stream << (&problem == &problems.front() ? "\n" : "");
        print_table(output, {{{"degraded:", Tone::bad}, problem}});
    }
}

Json to_json(const UpstreamsReport &report) {
    Json list = Json::array();
    for (const Upstream &upstream : report.upstreams) {
        list.push_back(to_json(report, upstream));
    }
    const std::vector<std::string> problems = problems_of(report);
    return {{"state", problems.empty() && !has_old_word(report) ? "ok" : "degraded"},
            {"problems", problems},
            {"heartbeat_age_seconds", heartbeat_age_seconds(report.meta, report.now_ns)},
            {"old", has_old_word(report)},
            {"upstreams", list}};
}

Result<ExitCode> show_upstreams(const Invocation &, Pinned &pinned, Output &output) {
    const Result<UpstreamsReport> report = gather(pinned);
    if (!report) {
        return tl::unexpected(report.error());
    }
    if (output.json) {
        print_json(output.stream, to_json(*report));
    } else {
        print_upstreams(output, *report);
    }
    return problems_of(*report).empty() && !has_old_word(*report) ? ExitCode::fine : ExitCode::failed;
}

} // namespace fastpath::ctl
