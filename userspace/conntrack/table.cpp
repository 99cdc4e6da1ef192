// SPDX-License-Identifier: Apache-2.0
// Lines of /proc/net/nf_conntrack: "ipv4 2 udp 17 29 src=A dst=B sport=1 dport=53 [UNREPLIED] src=B dst=A sport=53 dport=1 ...";
// the second half is how answers look (nf_conntrack_standalone.c, ct_seq_show()).
#include "conntrack/table.h"

#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

namespace fastpath {

namespace {

std::optional<uint64_t> read_number(const char *file) {
    uint64_t number = 0;
    std::ifstream in(file);
    return in >> number ? std::optional(number) : std::nullopt;
}

bool is_one_of(std::string_view text, const std::set<IpAddress> &addresses) {
    const Result<IpAddress> address = parse_address(text);
    return address && addresses.contains(*address);
}

bool is_dns_connection(const std::string &line, const std::set<IpAddress> &addresses) {
    std::istringstream words(line);
    std::string family;
    std::string family_number;
    std::string protocol;
    words >> family >> family_number >> protocol;
    if (protocol != "udp" && protocol != "tcp") {
        return false;
    }
    bool is_dns = false;
    bool is_ours = false;
    for (std::string word; words >> word;) {
        const std::string_view text = word;
        is_dns = is_dns || text == "sport=53" || text == "dport=53";
        is_ours = is_ours || ((text.starts_with("src=") || text.starts_with("dst=")) &&
                              is_one_of(text.substr(std::string_view("src=").size()), addresses));
    }
    return is_dns && is_ours;
}

} // namespace

std::optional<ConntrackFill> read_conntrack_fill() {
    const std::optional<uint64_t> entries = read_number("/proc/sys/net/netfilter/nf_conntrack_count");
    const std::optional<uint64_t> limit = read_number("/proc/sys/net/netfilter/nf_conntrack_max");
    if (!entries || !limit) {
        return std::nullopt;
    }
    return ConntrackFill{*entries, *limit};
}

uint64_t count_dns_connections(std::istream &lines, const std::set<IpAddress> &addresses) {
    uint64_t count = 0;
    for (std::string line; std::getline(lines, line);) {
        if (is_dns_connection(line, addresses)) {
            count++;
        }
    }
    return count;
}

std::optional<uint64_t> tracked_dns_connections(const std::set<IpAddress> &addresses) {
    std::ifstream lines("/proc/net/nf_conntrack");
    if (!lines) {
        return std::nullopt;
    }
    return count_dns_connections(lines, addresses);
}

} // namespace fastpath
