// SPDX-License-Identifier: Apache-2.0
#include "status/warnings.h"

#include "status/text.h"

#include <algorithm>
#include <set>

namespace fastpath::status {

namespace {

using Warnings = std::vector<Warning>;

std::string full_name(const fp_upstream &upstream) {
    return (upstream.is_local != 0 ? "the resolver on this host" : name_of(upstream)) + " (pool " + pool_of(upstream) +
           ")";
}

void check_daemon(const Facts &facts, Warnings &warnings) {
    const double age = heartbeat_age(facts.readings);
    if (age > heartbeat_limit_seconds) {
        warnings.push_back({true,
                            "The daemon has given no heartbeat for " + duration_text(static_cast<uint64_t>(age)) +
                                ": nothing is learned, no upstream is probed.",
                            "journalctl -u dns-fastpath; systemctl restart dns-fastpath keeps the cache"});
    }
    for (const Attached &attached : facts.readings.interfaces) {
        if (!attached.live) {
            warnings.push_back({true,
                                std::string(attached.record.interface) +
                                    " has lost its programs: its queries all go to "
                                    "the resolver on this host.",
                                "dns-fastpathctl status; a restart of the daemon attaches it again"});
        }
    }
    if (facts.readings.interfaces.empty()) {
        warnings.push_back({true, "No interface is attached.", "systemctl restart dns-fastpath, and see its log"});
    }
}

// The figure of the incident that this project comes from.
void check_unanswered(const Facts &facts, Warnings &warnings) {
    constexpr double ppm = 1e-6;
    for (const Upstream &upstream : facts.readings.upstreams) {
        const fp_upstream &record = upstream.record;
        const double ratio = record.unanswered_ppm * ppm;
        if (ratio <= unanswered_limit || record.queries_per_second < 2) {
            continue;
        }
        warnings.push_back(
            {true,
             share_text(ratio) + " of the " + count_text(record.queries_per_second) + " queries a second to " +
                 full_name(record) + " stay unanswered.",
             record.is_local != 0
                 ? "dns-fastpathctl doctor: connection tracking, firewall, network card; then the resolver's log"
                 : "dns-fastpathctl doctor; then look at it, or dns-fastpathctl drain " + name_of(record)});
    }
}

// Where the resolver on this host is all there is, it says enough that it is down.
std::set<std::string> pools_of_interest(const std::vector<Upstream> &upstreams) {
    std::set<std::string> pools;
    for (const Upstream &upstream : upstreams) {
        if (upstream.record.is_local == 0 || upstream.record.drained != 0) {
            pools.insert(pool_of(upstream.record));
        }
    }
    return pools;
}

void check_upstreams(const Facts &facts, Warnings &warnings) {
    const Readings &readings = facts.readings;
    for (const Upstream &upstream : readings.upstreams) {
        const fp_upstream &record = upstream.record;
        if (record.drained == 0 && state_of(record, readings.resolver) == FP_UPSTREAM_DOWN) {
            warnings.push_back({record.is_local != 0, "Down: " + full_name(record) + ".",
                                record.is_local != 0 ? "systemctl status of the resolver, and its log"
                                                     : "dns-fastpathctl upstreams; look at it, and at the way to it"});
        }
    }
    const std::set<std::string> interesting = pools_of_interest(readings.upstreams);
    for (const std::string &pool : pools_without_service(readings.upstreams, readings.resolver)) {
        if (!interesting.contains(pool)) {
            continue;
        }
        warnings.push_back(
            {true,
             "No upstream of pool " + pool +
                 " serves: names that are not cached get a stale answer, or go to the resolver on this host.",
             "dns-fastpathctl upstreams, dns-fastpathctl undrain ADDR"});
    }
}

void check_conntrack(const Facts &facts, Warnings &warnings) {
    if (!facts.readings.conntrack) {
        return;
    }
    const ConntrackFill &fill = *facts.readings.conntrack;
    const double share = conntrack_fill(fill);
    if (share <= conntrack_warning) {
        return;
    }
    const bool is_full = share > conntrack_full;
    warnings.push_back({is_full,
                        "Connection tracking is " + share_text(share) + " full (" + count_text(fill.entries) + " of " +
                            count_text(fill.limit) + " entries): " +
                            (is_full ? "the kernel drops new connections, DNS among them."
                                     : "beyond 100 % the kernel drops new connections."),
                        "conntrack.notrack: true keeps DNS out of it (dns-fastpathctl doctor); "
                        "sysctl net.netfilter.nf_conntrack_max raises the limit"});
}

void check_losses(const Facts &facts, Warnings &warnings) {
    for (const AllowanceLoss &loss : facts.losses) {
        warnings.push_back({true,
                            loss.interface + ": " + count_text(loss.packets) +
                                " packets over a limit of the cloud within 10 s (" + loss.counter + ").",
                            "dns-fastpathctl doctor says what lifts it"});
    }
    const Rates rates = rates_of(facts);
    if (rates.ring_lost > 0) {
        warnings.push_back({false, "The daemon does not keep up: answers were not learned within the last two minutes.",
                            "look at its share of the CPU (top -H)"});
    }
    if (rates.stale > 0) {
        warnings.push_back({false,
                            rate_text(rates.stale) + " stale answers a second: their names are not resolved in time.",
                            "dns-fastpathctl upstreams"});
    }
}

} // namespace

std::vector<Warning> warnings_of(const Facts &facts) {
    Warnings warnings;
    check_daemon(facts, warnings);
    if (is_word_valid(facts.readings.meta, facts.readings.now_ns)) {
        check_unanswered(facts, warnings);
    }
    check_conntrack(facts, warnings);
    if (is_word_valid(facts.readings.meta, facts.readings.now_ns)) {
        check_upstreams(facts, warnings);
    }
    check_losses(facts, warnings);
    std::stable_sort(warnings.begin(), warnings.end(),
                     [](const Warning &a, const Warning &b) { return a.is_problem && !b.is_problem; });
    return warnings;
}

} // namespace fastpath::status
