// SPDX-License-Identifier: Apache-2.0
// Checks of steered queries and their answers.
#include "doctor/checks.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <sys/socket.h>

namespace fastpath::doctor {

namespace {

const std::string nothing_steered = "no pool has an upstream but the resolver on this host";

std::string names_of(const std::set<int> &families) {
    if (families.size() > 1) {
        return "IPv4 and IPv6";
    }
    return families.contains(AF_INET) ? "IPv4" : "IPv6";
}

} // namespace

Finding check_source_ports(const Facts &facts) {
    if (!facts.steering.steers) {
        return ok("source_ports", nothing_steered);
    }
    const std::optional<std::string> overlap = port_overlap_warning(facts.steering.source_ports, facts.host.ports);
    if (!overlap) {
        return ok("source_ports", "the ports that upstreams are asked from are not given to sockets of this host");
    }
    const std::string separator = "; "; // "what is wrong; what to do", as the daemon's log has it
    const size_t end = std::min(overlap->find(separator), overlap->size());
    const size_t remedy = std::min(end + separator.size(), overlap->size());
    return warning("source_ports", overlap->substr(0, end), overlap->substr(remedy));
}

// bpf_fib_lookup() answers only for an interface that forwards, and the programs ask for `lo`.
Finding check_forwarding(const Facts &facts) {
    if (!facts.steering.steers) {
        return ok("forwarding", nothing_steered);
    }
    std::set<int> off;
    std::set_difference(facts.steering.families.begin(), facts.steering.families.end(),
                        facts.host.forwarding_on_lo.begin(), facts.host.forwarding_on_lo.end(),
                        std::inserter(off, off.end()));
    if (off.empty()) {
        return ok("forwarding", "lo forwards, so that the programs find the way to the upstreams");
    }
    std::string settings;
    for (const int family : off) {
        settings += std::string(" net.") + (family == AF_INET ? "ipv4" : "ipv6") + ".conf.lo.forwarding=1";
    }
    return problem("forwarding",
                   "lo does not forward " + names_of(off) +
                       ": the programs find no way to the upstreams, and queries go to the resolver on this host",
                   "run `sysctl -w" + settings +
                       "`, which the daemon does when it starts; find out what turned it off");
}

} // namespace fastpath::doctor
