// SPDX-License-Identifier: Apache-2.0
#include "metrics/endpoints.h"

#include "metrics/config_rows.h"
#include "metrics/exposition.h"
#include "metrics/readings.h"
#include "util/clock.h"

namespace fastpath {

namespace {

constexpr uint64_t heartbeat_limit_ns = 10 * FP_NSEC_PER_SEC;

HttpResponse metrics_page(const Sources &sources) {
    const Result<Readings> readings = read_all(sources);
    if (!readings) {
        return unavailable(readings.error().message);
    }
    return {200, exposition_type, exposition(samples_of(*readings))};
}

// Alive: the event loop has turned lately.
HttpResponse health_page(const Programs &programs) {
    const Result<fp_meta> meta = read_meta(programs);
    if (!meta || monotonic_ns() - meta->heartbeat_ns > heartbeat_limit_ns) {
        return unavailable(meta ? "no heartbeat of the daemon" : meta.error().message);
    }
    return {200, "text/plain; charset=utf-8", "ok\n"};
}

// Ready: every interface has its programs, and there is an address to answer on.
HttpResponse ready_page(const Programs &programs, const Attachments &attachments) {
    const std::vector<Attached> all = attachments.list();
    for (const Attached &attached : all) {
        if (!attached.live) {
            return unavailable(std::string(attached.record.interface) + " has lost a program");
        }
    }
    if (all.empty()) {
        return unavailable("not attached");
    }
    const Result<std::set<IpAddress>> listeners = read_listeners(programs.map("settings"), programs.map("listeners"));
    if (!listeners || listeners->empty()) {
        return unavailable(listeners ? "no address to answer on" : listeners.error().message);
    }
    return {200, "text/plain; charset=utf-8", "ready\n"};
}

} // namespace

std::map<std::string, HttpServer::Handler> metrics_endpoints(const Sources &sources) {
    return {{"/metrics", [sources] { return metrics_page(sources); }},
            {"/healthz", [sources] { return health_page(sources.programs); }},
            {"/readyz", [sources] { return ready_page(sources.programs, sources.attachments); }}};
}

} // namespace fastpath
