// SPDX-License-Identifier: Apache-2.0
// A host where all is well, for tests that change one thing.
#pragma once

#include "doctor/checks.h"
#include "unit/doctor_rulesets.h"

#include <sys/socket.h>

namespace fastpath::test {

inline doctor::Facts healthy_facts() {
    doctor::Facts facts;
    facts.daemon = {.is_running = true, .heartbeat_age_seconds = 1};
    facts.notrack_table = "dns_fastpath";
    facts.listeners = {parse_address("198.18.0.2").value(), parse_address("2001:db8::2").value()};
    facts.interfaces = {{"eth0", true}};
    facts.steering = {.steers = true, .source_ports = {20'000, 24'095}, .families = {AF_INET, AF_INET6}};
    facts.host.ports = {.ip_local_port_range = "32768\t60999", .ip_local_reserved_ports = ""};
    facts.host.forwarding_on_lo = {AF_INET, AF_INET6};
    facts.host.conntrack = ConntrackFill{.entries = 100, .limit = 1000};
    facts.host.dns_connections = 0;
    facts.host.ruleset = doctor::parse_nft_ruleset(notrack_json()).value();
    return facts;
}

} // namespace fastpath::test
