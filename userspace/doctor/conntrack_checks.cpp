// SPDX-License-Identifier: Apache-2.0
// Checks of connection tracking: mission.md's incident was its table, filled by DNS that nobody knew was tracked.
#include "doctor/checks.h"
#include "doctor/firewall.h"

#include <algorithm>
#include <iterator>
#include <string>

namespace fastpath::doctor {

namespace {

const std::string no_tracking = "the kernel has no connection tracking";
const std::string install_it =
    "set conntrack.notrack: true, give the daemon CAP_NET_ADMIN and a kernel with nf_tables, "
    "and see its log";
const std::string left_tracked = "conntrack.notrack is false: DNS is left to connection tracking";
const std::string go_without = "or set conntrack.notrack: false";

std::string list_of(const std::set<IpAddress> &addresses) {
    std::string list;
    for (const IpAddress &address : addresses) {
        list += (list.empty() ? "" : ", ") + to_string(address);
    }
    return list;
}

std::set<IpAddress> missing_addresses(const std::set<IpAddress> &wanted, const std::set<IpAddress> &found) {
    std::set<IpAddress> missing;
    std::set_difference(wanted.begin(), wanted.end(), found.begin(), found.end(),
                        std::inserter(missing, missing.end()));
    return missing;
}

std::string our_table(const Facts &facts) {
    return "the table inet " + facts.notrack_table;
}

bool has_notrack(const Facts &facts) {
    return facts.host.ruleset && notrack_addresses(*facts.host.ruleset, facts.notrack_table);
}

Finding tracked_beside_table(const std::string &finding, const NftRuleset &ruleset) {
    const std::vector<const NftRule *> zones = zone_rules(ruleset);
    if (!zones.empty()) {
        return warning("tracked_dns", finding + ": they are given a conntrack zone by " + list_of(zones),
                       "keep port 53 of the listen addresses out of that rule");
    }
    return warning(
        "tracked_dns", finding + ", and no nftables rule is seen that explains it",
        "look again in three minutes, some may be older than the rules; then see `iptables-legacy -t raw -S`, "
        "tc filters with `action ct`, and Open vSwitch");
}

} // namespace

Finding check_notrack(const Facts &facts) {
    if (!facts.host.conntrack) {
        return ok("notrack", no_tracking);
    }
    if (!facts.wants_notrack) {
        return ok("notrack", left_tracked);
    }
    if (!facts.host.ruleset) {
        return warning("notrack", "cannot see the nftables rules: " + facts.host.why_no_ruleset, install_it);
    }
    const std::optional<std::set<IpAddress>> addresses = notrack_addresses(*facts.host.ruleset, facts.notrack_table);
    const std::vector<const NftRule *> hindering = rules_that_want_tracking(*facts.host.ruleset);
    if (!addresses && !hindering.empty()) {
        return warning("notrack",
                       our_table(facts) +
                           " is not in place, because the firewall would drop untracked DNS: " + list_of(hindering),
                       std::string(remedy_for_tracking_rules));
    }
    if (!addresses && facts.host.conntrack->entries == 0) {
        // A module that is loaded tracks nothing in a network namespace without a rule that asks for it.
        return ok("notrack", our_table(facts) + " is not in place, and nothing is tracked here");
    }
    if (!addresses) {
        return warning("notrack",
                       our_table(facts) + " is missing or was changed: DNS between clients and the resolver is tracked",
                       install_it);
    }
    const std::set<IpAddress> missing = missing_addresses(facts.listeners, *addresses);
    if (!missing.empty()) {
        return warning("notrack", our_table(facts) + " does not know " + list_of(missing),
                       "see the daemon's log; a reload (SIGHUP) writes it anew");
    }
    return ok("notrack", our_table(facts) + " keeps DNS of the listen addresses untracked");
}

Finding check_tracked_dns(const Facts &facts) {
    if (!facts.host.conntrack) {
        return ok("tracked_dns", no_tracking);
    }
    if (!facts.wants_notrack) {
        return ok("tracked_dns", left_tracked);
    }
    if (!facts.host.dns_connections) {
        return ok("tracked_dns", "this kernel does not list its connections (/proc/net/nf_conntrack)");
    }
    if (*facts.host.dns_connections == 0) {
        return ok("tracked_dns", "no connection over port 53 of a listen address is tracked");
    }
    const std::string finding = "connections over port 53 of the listen addresses are tracked, " +
                                std::to_string(*facts.host.dns_connections) + " of them";
    if (!has_notrack(facts)) {
        return warning("tracked_dns", finding + ": " + our_table(facts) + " is not there to prevent it", install_it);
    }
    return tracked_beside_table(finding, *facts.host.ruleset);
}

Finding check_firewall(const Facts &facts) {
    if (!has_notrack(facts)) {
        return ok("firewall", "nothing is kept untracked");
    }
    const std::vector<const NftRule *> rules = rules_that_want_tracking(*facts.host.ruleset);
    if (rules.empty()) {
        return ok("firewall", "no nftables rule is seen by which untracked DNS would be dropped");
    }
    return problem("firewall",
                   "untracked DNS is let in only by the state of its connection, and has none: " + list_of(rules),
                   std::string(remedy_for_tracking_rules));
}

Finding check_translation(const Facts &facts) {
    if (!has_notrack(facts)) {
        return ok("translation", "nothing is kept untracked");
    }
    const std::vector<const NftRule *> rules = dns_translations(*facts.host.ruleset);
    if (rules.empty()) {
        return ok("translation", "no nftables rule is seen that translates DNS");
    }
    return warning("translation", "untracked packets are not translated, so DNS does not come to " + list_of(rules),
                   "let the resolver listen on port 53 of the listen addresses itself; " + go_without);
}

Finding check_conntrack_fill(const Facts &facts) {
    constexpr uint64_t warning_percent = 75;
    constexpr uint64_t problem_percent = 95;
    if (!facts.host.conntrack) {
        return ok("conntrack_fill", no_tracking);
    }
    const ConntrackFill fill = *facts.host.conntrack;
    const uint64_t percent = fill.limit == 0 ? 0 : fill.entries * 100 / fill.limit; // 0: there is no limit
    const std::string text = std::to_string(fill.entries) + " of " + std::to_string(fill.limit) +
                             " connections are tracked (" + std::to_string(percent) + " %)";
    if (percent < warning_percent) {
        return ok("conntrack_fill", text);
    }
    const std::string finding = text + "; a full table drops new connections of all services";
    const std::string remedy =
        "see what fills it with `conntrack -L`; raise net.netfilter.nf_conntrack_max, or leave more untracked";
    return percent < problem_percent ? warning("conntrack_fill", finding, remedy)
                                     : problem("conntrack_fill", finding, remedy);
}

} // namespace fastpath::doctor
