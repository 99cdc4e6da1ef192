// SPDX-License-Identifier: Apache-2.0
#include "ctl/status.h"

#include "bpf/counter_map.h"
#include "ctl/command.h"
#include "ctl/heartbeat.h"
#include "ctl/pinned.h"
#include "ctl/upstreams.h"
#include "util/clock.h"
#include "util/first_error.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <net/if.h>
#include <utility>

namespace fastpath::ctl {

namespace {

uint64_t heartbeat_age(const StatusReport &report) {
    return heartbeat_age_seconds(report.meta, report.now_ns);
}

uint64_t uptime(const StatusReport &report) {
    return seconds_between(report.meta.started_ns, report.now_ns);
}

std::string daemon_version(const fp_meta &meta) {
    return {meta.daemon_version, ::strnlen(meta.daemon_version, sizeof(meta.daemon_version))};
}

const char *mode_name(const Attached &interface) {
    return interface.record.mode == FP_ATTACH_NATIVE ? "native" : "generic";
}

// Of queries to us; other packets count in none of this.
template <class Visit> void for_each_result(const fp_counters &counters, Visit visit) {
    for (uint32_t result = FP_RESULT_FIRST_QUERY; result < FP_RESULT_COUNT; result++) {
        visit(result_names[result].name, result_count(counters, static_cast<fp_result>(result)));
    }
}

uint64_t query_count(const fp_counters &counters) {
    uint64_t sum = 0;
    for_each_result(counters, [&sum](const char *, uint64_t count) { sum += count; });
    return sum;
}

Cell daemon_cell(const StatusReport &report) {
    if (!report.daemon_running) {
        const std::string since = format_uptime(heartbeat_age(report));
        return {"not running, last heartbeat " + since + " ago", Tone::bad};
    }
    return {"running, pid " + std::to_string(report.meta.daemon_pid) + ", version " + daemon_version(report.meta) +
            ", up " + format_uptime(uptime(report)) + ", heartbeat " + format_uptime(heartbeat_age(report)) + " ago"};
}

fp_resolver_state resolver_state(const StatusReport &report) {
    return probed_state(report.resolver, report.meta, report.now_ns);
}

uint64_t seconds_in_resolver_state(const StatusReport &report) {
    return seconds_between(report.resolver.state_since_ns, report.now_ns);
}

const char *name_of(fp_resolver_state state) {
    switch (state) {
    case FP_RESOLVER_UNKNOWN:
        return "unknown";
    case FP_RESOLVER_UP:
        return "up";
    case FP_RESOLVER_DOWN:
        return "down";
    case FP_RESOLVER_RECOVERING:
        return "recovering";
    }
    return "unknown"; // of a later version
}

Cell resolver_cell(const StatusReport &report) {
    const fp_resolver_state state = resolver_state(report);
    if (state == FP_RESOLVER_UNKNOWN) {
        const bool was_probed = report.resolver.state != FP_RESOLVER_UNKNOWN;
        return was_probed ? "not probed (daemon is dead)" : "not probed yet";
    }
    return {std::string(name_of(state)) + " for " + format_uptime(seconds_in_resolver_state(report)),
            state == FP_RESOLVER_DOWN ? Tone::bad : Tone::plain};
}

Json resolver_to_json(const StatusReport &report) {
    const fp_resolver_state state = resolver_state(report);
    const bool known = state != FP_RESOLVER_UNKNOWN;
    return {{"state", name_of(state)},
            {"state_seconds", known ? Json(seconds_in_resolver_state(report)) : Json(nullptr)}};
}

size_t upstreams_up(const StatusReport &report) {
    const auto is_up = [&report](const Upstream &upstream) {
        return upstream.record.drained == 0 && state_of(upstream.record, report.resolver) == FP_UPSTREAM_UP;
    };
    return static_cast<size_t>(std::count_if(report.upstreams.begin(), report.upstreams.end(), is_up));
}

size_t upstreams_drained(const StatusReport &report) {
    const auto is_drained = [](const Upstream &upstream) { return upstream.record.drained != 0; };
    return static_cast<size_t>(std::count_if(report.upstreams.begin(), report.upstreams.end(), is_drained));
}

// Of a dead daemon's word the programs take nothing, and send all misses to the resolver on this host.
Cell upstreams_cell(const StatusReport &report) {
    if (!is_word_valid(report.meta, report.now_ns)) {
        return {"not probed (daemon is dead): all misses go to the resolver on this host", Tone::bad};
    }
    const size_t up = upstreams_up(report);
    const size_t drained = upstreams_drained(report);
    return {std::to_string(up) + " of " + std::to_string(report.upstreams.size()) + " up" +
                (drained == 0 ? "" : ", " + std::to_string(drained) + " drained"),
            up == report.upstreams.size() ? Tone::plain : Tone::bad};
}

void print_summary(Output &output, const StatusReport &report, bool degraded) {
    const std::optional<double> ratio = hit_ratio(report.counters);
    const std::string queries = std::to_string(query_count(report.counters)) + " queries";
    const std::string entries = std::to_string(report.meta.entries) + " of " + std::to_string(report.meta.max_entries);

    print_table(output, {{"state", {degraded ? "degraded" : "ok", degraded ? Tone::bad : Tone::good}},
                         {"daemon", daemon_cell(report)},
                         {"resolver", resolver_cell(report)},
                         {"upstreams", upstreams_cell(report)},
                         {"cache", entries + " entries, " + format_bytes(report.meta.memory_bytes)},
                         {"hits", ratio ? format_share(*ratio) + " of " + queries : "no queries yet"}});
}

void print_interfaces(Output &output, const std::vector<Attached> &interfaces) {
    std::vector<Row> rows = {{"INTERFACE", "MODE", "STATE"}};
    for (const Attached &interface : interfaces) {
        const Cell state = interface.live ? Cell("attached", Tone::good) : Cell("not attached", Tone::bad);
        rows.push_back({interface.record.interface, mode_name(interface), state});
    }
    print_table(output, rows);
}

void print_results(Output &output, const fp_counters &counters) {
    const uint64_t all = query_count(counters);
    std::vector<Row> rows = {{"RESULT", "QUERIES", "SHARE"}};
    for_each_result(counters, [&](const char *name, uint64_t count) {
        const double share = all == 0 ? 0 : static_cast<double>(count) / static_cast<double>(all);
        rows.push_back({name, std::to_string(count), format_share(share)});
    });
    print_table(output, rows);
}

void print_listeners(Output &output, const std::set<IpAddress> &listeners) {
    std::vector<Row> rows = {{"ANSWERS ON"}};
    for (const IpAddress &address : listeners) {
        rows.push_back({to_string(address)});
    }
    print_table(output, rows);
}

// Only of interfaces that are live: a number may be another interface's where ours has gone.
std::map<uint32_t, std::string> renamed_of(const std::vector<Attached> &interfaces) {
    std::map<uint32_t, std::string> renamed;
    for (const Attached &interface : interfaces) {
        std::array<char, IF_NAMESIZE> name = {};
        if (interface.live && ::if_indextoname(interface.ifindex, name.data()) != nullptr &&
            std::strcmp(name.data(), interface.record.interface) != 0) {
            renamed[interface.ifindex] = name.data();
        }
    }
    return renamed;
}

Result<StatusReport> gather(const Pinned &pinned) {
    FirstError failed;
    StatusReport report = {.pins = pinned.directory.path(),
                           .meta = pinned.meta,
                           .daemon_running = pinned.directory.in_use(),
                           .interfaces = failed.value_of(attachments_of(pinned)),
                           .renamed = {},
                           .listeners = failed.value_of(listeners_of(pinned)),
                           .upstreams = failed.value_of(upstreams_of(pinned)),
                           .counters = failed.value_of(counters_of(pinned)),
                           .resolver = failed.value_of(resolver_of(pinned)),
                           .now_ns = monotonic_ns()};
    if (failed) {
        return tl::unexpected(failed.error());
    }
    report.renamed = renamed_of(report.interfaces);
    return report;
}

} // namespace

std::vector<std::string> problems_of(const StatusReport &report) {
    std::vector<std::string> problems;
    if (!report.daemon_running) {
        problems.emplace_back("the daemon is not running, so nothing new is learned; start dns-fastpathd");
    } else if (heartbeat_age(report) > heartbeat_limit_seconds) {
        problems.push_back("the daemon (pid " + std::to_string(report.meta.daemon_pid) + ") gave no heartbeat for " +
                           format_uptime(heartbeat_age(report)) + "; see its log, then restart it");
    }
    if (resolver_state(report) == FP_RESOLVER_DOWN) {
        problems.push_back("the resolver on this host has not answered for " +
                           format_uptime(seconds_in_resolver_state(report)) + "; see its log, then restart it");
    }
    if (report.interfaces.empty()) {
        problems.emplace_back("no interface is attached; restart the daemon to attach its interfaces");
    }
    for (const Attached &interface : report.interfaces) {
        if (!interface.live) {
            problems.push_back("a program is no longer on " + std::string(interface.record.interface) +
                               "; it is attached again when the interface returns, or restart the daemon");
        }
        if (const auto renamed = report.renamed.find(interface.ifindex); renamed != report.renamed.end()) {
            problems.push_back(std::string(interface.record.interface) + " is now named " + renamed->second +
                               "; name it so in `interfaces` of the configuration, then restart the daemon");
        }
    }
    if (report.listeners.empty()) {
        problems.emplace_back("no address to answer on; give an attached interface an address, or name one in `listen` "
                              "of the configuration");
    }
    for (std::string &problem : problems_of(UpstreamsReport{.upstreams = report.upstreams,
                                .resolver = report.resolver,
                                .meta = report.meta,
                                .now_ns = report.now_ns})) {
        problems.push_back(std::move(problem));
    }
    return problems;
}

std::optional<double> hit_ratio(const fp_counters &counters) {
    const uint64_t all = query_count(counters);
    if (all == 0) {
        return std::nullopt;
    }
    const uint64_t hits = result_count(counters, FP_RESULT_hit) + result_count(counters, FP_RESULT_stale);
    return static_cast<double>(hits) / static_cast<double>(all);
}

void print_status(Output &output, const StatusReport &report) {
    const std::vector<std::string> problems = problems_of(report);
    print_summary(output, report, !problems.empty());
    output.stream << '\n';
    if (!report.interfaces.empty()) {
        print_interfaces(output, report.interfaces);
        output.stream << '\n';
    }
    if (!report.listeners.empty()) {
        print_listeners(output, report.listeners);
        output.stream << '\n';
    }
    print_results(output, report.counters);
    for (const std::string &problem : problems) {
        output.stream << (&problem == &problems.front() ? "\n" : "");
        print_table(output, {{{"degraded:", Tone::bad}, problem}});
    }
}

Json to_json(const StatusReport &report) {
    const std::vector<std::string> problems = problems_of(report);
    const std::optional<double> ratio = hit_ratio(report.counters);
    Json interfaces = Json::array();
    for (const Attached &interface : report.interfaces) {
        interfaces.push_back({{"name", interface.record.interface},
                              {"ifindex", interface.ifindex},
                              {"mode", mode_name(interface)},
                              {"attached", interface.live}});
    }
    Json listeners = Json::array();
    for (const IpAddress &address : report.listeners) {
        listeners.push_back(to_string(address));
    }
    Json queries = Json::object();
    for_each_result(report.counters, [&queries](const char *name, uint64_t count) { queries[name] = count; });
    return {
        {"state", problems.empty() ? "ok" : "degraded"},
        {"problems", problems},
        {"pins", report.pins.string()},
        {"daemon",
         {{"running", report.daemon_running},
          {"pid", report.meta.daemon_pid},
          {"version", daemon_version(report.meta)},
          {"uptime_seconds", report.daemon_running ? Json(uptime(report)) : Json(nullptr)},
          {"heartbeat_age_seconds", heartbeat_age(report)}}},
        {"resolver", resolver_to_json(report)},
        {"upstreams",
         {{"up", upstreams_up(report)}, {"drained", upstreams_drained(report)}, {"total", report.upstreams.size()}}},
        {"interfaces", interfaces},
        {"listeners", listeners},
        {"cache",
         {{"entries", report.meta.entries},
          {"capacity", report.meta.max_entries},
          {"memory_bytes", report.meta.memory_bytes}}},
        {"queries", queries},
        {"hit_ratio", ratio ? Json(*ratio) : Json(nullptr)}};
}

Result<ExitCode> show_status(const Invocation &, Pinned &pinned, Output &output) {
    const Result<StatusReport> report = gather(pinned);
    if (!report) {
        return tl::unexpected(report.error());
    }
    if (output.json) {
        print_json(output.stream, to_json(*report));
    } else {
        print_status(output, *report);
    }
    return problems_of(*report).empty() ? ExitCode::fine : ExitCode::failed;
}

} // namespace fastpath::ctl
