// SPDX-License-Identifier: Apache-2.0
#include "ctl/doctor.h"

#include "conntrack/notrack_rules.h"
#include "ctl/command.h"
#include "ctl/heartbeat.h"
#include "ctl/pinned.h"
#include "doctor/checks.h"
#include "doctor/host_facts.h"
#include "doctor/interface_probe.h"
#include "util/clock.h"
#include "util/first_error.h"

#include <algorithm>
#include <sys/socket.h>

namespace fastpath::ctl {

namespace {

using doctor::Finding;
using doctor::Status;

const char *name_of(Status status) {
    switch (status) {
    case Status::ok:
        return "ok";
    case Status::warning:
        return "warning";
    case Status::problem:
        return "problem";
    }
    return "problem";
}

Status worst_of(const std::vector<Finding> &findings) {
    Status worst = Status::ok;
    for (const Finding &finding : findings) {
        worst = std::max(worst, finding.status);
    }
    return worst;
}

std::vector<doctor::InterfaceFacts> interface_facts(const std::vector<Attached> &interfaces) {
    std::vector<doctor::InterfaceFacts> facts;
    facts.reserve(interfaces.size());
    for (const Attached &interface : interfaces) {
        facts.push_back(doctor::probe_interface(interface.record.interface, interface.record.mode == FP_ATTACH_NATIVE));
    }
    return facts;
}

doctor::SteeringFacts steering_facts(const fp_settings &settings, const std::vector<Upstream> &upstreams) {
    const auto last_port = static_cast<uint16_t>(settings.first_port + std::max<int>(settings.ports, 1) - 1);
    doctor::SteeringFacts facts = {
        .steers = settings.steers != 0, .source_ports = {settings.first_port, last_port}, .families = {}};
    for (const Upstream &upstream : upstreams) {
        if (upstream.record.is_local == 0) {
            facts.families.insert(IpAddress::from_abi(upstream.record.address).is_ipv4() ? AF_INET : AF_INET6);
        }
    }
    return facts;
}

Result<doctor::Facts> gather(const Pinned &pinned) {
    FirstError failed;
    const std::set<IpAddress> listeners = failed.value_of(listeners_of(pinned));
    const std::vector<Attached> interfaces = failed.value_of(attachments_of(pinned));
    const fp_settings settings = failed.value_of(settings_of(pinned));
    const std::vector<Upstream> upstreams = failed.value_of(upstreams_of(pinned));
    if (failed) {
        return tl::unexpected(failed.error());
    }
    return doctor::Facts{.daemon = {.is_running = pinned.directory.in_use(),
                                    .heartbeat_age_seconds = heartbeat_age_seconds(pinned.meta, monotonic_ns())},
                         .wants_notrack = pinned.meta.notrack != 0,
                         .notrack_table = notrack_table(pinned.directory.path()),
                         .listeners = listeners,
                         .interfaces = interface_facts(interfaces),
                         .steering = steering_facts(settings, upstreams),
                         .host = doctor::gather_host_facts(listeners)};
}

} // namespace

void print_findings(Output &output, const std::vector<Finding> &findings) {
    std::vector<Row> rows = {{"STATUS", "CHECK", "FINDING"}};
    for (const Finding &finding : findings) {
        rows.push_back({{name_of(finding.status), finding.status == Status::ok ? Tone::good : Tone::bad},
                        finding.check,
                        finding.finding});
        if (!finding.remedy.empty()) {
            rows.push_back({"", "", "to do: " + finding.remedy});
        }
    }
    print_table(output, rows);
}

Json to_json(const std::vector<Finding> &findings) {
    Json list = Json::array();
    for (const Finding &finding : findings) {
        list.push_back({{"check", finding.check},
                        {"status", name_of(finding.status)},
                        {"finding", finding.finding},
                        {"remedy", finding.remedy.empty() ? Json(nullptr) : Json(finding.remedy)}});
    }
    return {{"status", name_of(worst_of(findings))}, {"checks", list}};
}

Result<ExitCode> show_doctor(const Invocation &, Pinned &pinned, Output &output) {
    const Result<std::vector<Finding>> findings = gather(pinned).map(doctor::examine);
    if (!findings) {
        return tl::unexpected(findings.error());
    }
    if (output.json) {
        print_json(output.stream, to_json(*findings));
    } else {
        print_findings(output, *findings);
    }
    return worst_of(*findings) == Status::ok ? ExitCode::fine : ExitCode::failed;
}

} // namespace fastpath::ctl
