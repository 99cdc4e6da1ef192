// SPDX-License-Identifier: Apache-2.0
#include "doctor/checks.h"

#include <array>

namespace fastpath::doctor {

namespace {

constexpr auto checks = std::to_array<Finding (*)(const Facts &)>({
    check_heartbeat,
    check_xdp_mode,
    check_mtu,
    check_queues,
    check_nic_allowances,
    check_nic_connections,
    check_source_ports,
    check_forwarding,
    check_notrack,
    check_tracked_dns,
    check_firewall,
    check_translation,
    check_conntrack_fill,
});

} // namespace

std::vector<Finding> examine(const Facts &facts) {
    std::vector<Finding> findings;
    findings.reserve(checks.size());
    for (const auto check : checks) {
        findings.push_back(check(facts));
    }
    return findings;
}

} // namespace fastpath::doctor
