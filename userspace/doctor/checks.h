// SPDX-License-Identifier: Apache-2.0
// The checks of `dns-fastpathctl doctor`: what on this host would hurt, each with the remedy. Pure: facts in, finding out.
#pragma once

#include "doctor/facts.h"
#include "doctor/finding.h"

#include <vector>

namespace fastpath::doctor {

// Every check there is, in the order in which they are shown.
std::vector<Finding> examine(const Facts &facts);

// Of the daemon (daemon_checks.cpp).
Finding check_heartbeat(const Facts &facts);

// Of network cards and their drivers (nic_checks.cpp).
Finding check_xdp_mode(const Facts &facts);
Finding check_mtu(const Facts &facts);
Finding check_queues(const Facts &facts);
Finding check_nic_allowances(const Facts &facts);
Finding check_nic_connections(const Facts &facts);

// Of steered queries and their answers (steering_checks.cpp).
Finding check_source_ports(const Facts &facts);
Finding check_forwarding(const Facts &facts);

// Of connection tracking (conntrack_checks.cpp).
Finding check_notrack(const Facts &facts);
Finding check_tracked_dns(const Facts &facts);
Finding check_firewall(const Facts &facts);
Finding check_translation(const Facts &facts);
Finding check_conntrack_fill(const Facts &facts);

} // namespace fastpath::doctor
