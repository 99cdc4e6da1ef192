// SPDX-License-Identifier: Apache-2.0
#include "conntrack/notrack_rules.h"

namespace fastpath {

namespace {

// Tracking begins at -200, the rules of others usually stand at raw (-300). Whoever comes first decides: notrack leaves
// alone what is tracked already (nft_notrack_eval() in nft_ct.c). Fragments are put together before, at -400.
constexpr const char *priority = "-310";

std::string set_of(const char *name, const char *type, const std::set<IpAddress> &addresses, bool is_ipv4) {
    std::string elements;
    for (const IpAddress &address : addresses) {
        if (address.is_ipv4() == is_ipv4) {
            elements += (elements.empty() ? "" : ", ") + to_string(address);
        }
    }
    const std::string line = elements.empty() ? "" : "\t\telements = { " + elements + " }\n";
    return std::string("\tset ") + name + " {\n\t\ttype " + type + "\n" + line + "\t}\n";
}

// Ports are looked at first: a packet that is not about DNS costs two comparisons. No rule says what it is not ("dport != 53
// return"): that would match nothing in a fragment behind the first, which has no ports, and let it go on to notrack.
std::string hook(const char *name, const char *target) {
    const std::string head = std::string("\tchain ") + name + " {\n\t\ttype filter hook " + name + " priority " +
                             priority + "; policy accept;\n";
    const auto rule = [target](const char *port) {
        return std::string("\t\tmeta l4proto { tcp, udp } th ") + port + " 53 goto " + target + "\n";
    };
    return head + rule("dport") + rule("sport") + "\t}\n";
}

} // namespace

std::string notrack_table(const std::filesystem::path &pins) {
    std::string name;
    for (const char c : pins.filename().string()) {
        const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        name += is_plain ? c : '_';
    }
    const bool starts_with_letter = !name.empty() && name[0] != '_' && (name[0] < '0' || name[0] > '9');
    return starts_with_letter ? name : "dns_fastpath_" + name;
}

std::string notrack_ruleset(const std::string &table, const std::set<IpAddress> &addresses) {
    return notrack_removal(table) + "table inet " + table + " {\n" + set_of("listen4", "ipv4_addr", addresses, true) +
           set_of("listen6", "ipv6_addr", addresses, false) +
           // What comes in: queries, and answers to those of the resolver on this host.
           "\tchain to_us {\n"
           "\t\tip daddr @listen4 notrack\n"
           "\t\tip6 daddr @listen6 notrack\n"
           "\t}\n"
           // What goes out: its answers and its queries; and what this host asks its resolver, as the daemon's probes do. The
           // mark stays on a packet that comes in again through lo.
           "\tchain from_us {\n"
           "\t\tip saddr @listen4 notrack\n"
           "\t\tip daddr @listen4 notrack\n"
           "\t\tip daddr 127.0.0.1 notrack\n"
           "\t\tip6 saddr @listen6 notrack\n"
           "\t\tip6 daddr @listen6 notrack\n"
           "\t\tip6 daddr ::1 notrack\n"
           "\t}\n" +
           hook("prerouting", "to_us") + hook("output", "from_us") + "}\n";
}

// First it is there, then it is gone. `destroy` of nft 1.0.7 would need Linux 6.3.
std::string notrack_removal(const std::string &table) {
    return "add table inet " + table + "\ndelete table inet " + table + "\n";
}

std::string notrack_listing(const std::string &table) {
    return "list table inet " + table + "\n";
}

} // namespace fastpath
