// SPDX-License-Identifier: Apache-2.0
#include "daemon/monitoring.h"

#include "bpf/counter_map.h"
#include "metrics/endpoints.h"
#include "metrics/upstreams.h"
#include "status/status_pages.h"
#include "util/clock.h"

namespace fastpath {

namespace {

constexpr uint64_t nics_interval_ns = 10 * FP_NSEC_PER_SEC; // some drivers ask the card

} // namespace

Result<std::unique_ptr<Monitoring>> Monitoring::create(const Programs &programs, const Attachments &attachments) {
    Result<SampleMap> samples = SampleMap::open(programs.map("samples"), programs.map("sampled"));
    if (!samples) {
        return tl::unexpected(samples.error());
    }
    return std::unique_ptr<Monitoring>(new Monitoring(programs, attachments, std::move(*samples)));
}

void Monitoring::start(const Config &config, std::shared_ptr<EventLog> events) {
    configure(config);
    is_wanted_ = config.metrics.listen.has_value();
    const Sources sources = {programs_, attachments_, top_names_};
    std::map<std::string, HttpServer::Handler> pages = metrics_endpoints(sources);
    pages.merge(status_pages(sources, history_, std::move(events)));
    server_.emplace(config.metrics.listen, std::move(pages));
    server_->tick(monotonic_ns());
}

void Monitoring::tick(uint64_t now_ns) {
    if (is_wanted_) {
        record_history(now_ns);
    }
    server_->tick(now_ns);
}

// For the status page. What cannot be read leaves a gap in its chart.
void Monitoring::record_history(uint64_t now_ns) {
    const Result<fp_counters> counters = read_counters(programs_.map("counters"));
    const Result<std::vector<Upstream>> upstreams =
        read_upstreams(programs_.map("upstreams"), programs_.map("upstream_counters"));
    if (counters && upstreams) {
        history_.record(moment_of(*counters, *upstreams, now_ns));
    }
    if (now_ns >= nics_read_ns_ + nics_interval_ns) {
        nics_read_ns_ = now_ns;
        history_.record(read_nic_counters(attachments_.list()));
    }
}

} // namespace fastpath
