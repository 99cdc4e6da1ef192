// SPDX-License-Identifier: Apache-2.0
#include "e2e/counters.h"

#include "e2e/fastpath_daemon.h"
#include "harness/wait.h"

#include <sstream>
#include <stdexcept>

namespace fastpath::test {
namespace {

constexpr uint16_t metrics_port = 9153;
constexpr uint16_t unbound_control_port = 8953;

constexpr const char *hits = "queries_total{result=\"hit\"}";

// Of what the learner handed over; a refresh is a fill too, but of the daemon's own asking.
double learned(const Samples &samples) {
    return samples.fastpath("cache_fills_total") - samples.fastpath("prefetch_results_total{result=\"renewed\"}") +
           samples.sum("cache_fill_rejects_total");
}

constexpr const char *all_queries = "total.num.queries";
constexpr const char *ns_queries = "num.query.type.NS";

Samples unbound_stats(const Lab &lab, Machine machine) {
    return Samples::parse(lab.talk(machine, unbound_control_port, "UBCT1 stats_noreset\n"), '=');
}

} // namespace

Samples metrics(const Lab &lab, Machine host) {
    const std::string page =
        lab.talk(host, metrics_port, "GET /metrics HTTP/1.0\r\nHost: lab\r\nConnection: close\r\n\r\n");
    if (page.find(" 200 ") == std::string::npos) {
        throw std::runtime_error("no metrics: " + page);
    }
    return Samples::parse(page);
}

Samples stats(const Lab &lab, Machine host) {
    return Samples::parse(control(lab, {"stats"}, host));
}

void settle(const Lab &lab, Machine host) {
    const bool settled = eventually([&] {
        const Samples now = metrics(lab, host);
        return learned(now) >= now.fastpath("learn_total{outcome=\"sent\"}");
    });
    if (!settled) {
        throw std::runtime_error("the daemon does not take in what the learner hands over");
    }
}

double unbound_queries(const Lab &lab, Machine machine) {
    return unbound_stats(lab, machine).at(all_queries);
}

Watch::Watch(const Lab &lab)
    : lab_(lab), before_(metrics(lab)), unbound_before_(unbound_stats(lab, Machine::resolver)) {}

double Watch::grown(const std::string &name) const {
    return metrics(lab_).fastpath(name) - before_.fastpath(name);
}

double Watch::unbound() const {
    return unbound_queries(lab_) - unbound_before_.at(all_queries);
}

std::string Watch::who_answered() const {
    const double given = grown(hits);
    const Samples now = unbound_stats(lab_, Machine::resolver);
    const double asked = now.at(all_queries) - unbound_before_.at(all_queries);
    if (given > 0 && asked == now.at_or_0(ns_queries) - unbound_before_.at_or_0(ns_queries)) {
        return by_fast_path;
    }
    if (given == 0 && asked > 0) {
        return by_unbound;
    }
    std::ostringstream all;
    all << "hits " << given << ", queries of Unbound " << asked;
    return all.str();
}

} // namespace fastpath::test
