// SPDX-License-Identifier: Apache-2.0
// Ports of two owners: see port_overlap.h.
#include "config/port_overlap.h"

#include "util/decimal.h"

#include <algorithm>
#include <fstream>
#include <vector>

namespace fastpath {

namespace {

std::string text_of(const PortRange &ports) {
    return std::to_string(ports.first) + "-" + std::to_string(ports.last);
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
    const auto number = parse_decimal(text);
    return number && *number <= UINT16_MAX ? std::optional(static_cast<std::uint16_t>(*number)) : std::nullopt;
}

// Two ports with any of `separators` between them, or one alone.
std::optional<PortRange> parse_range(std::string_view text, std::string_view separators) {
    const auto first = parse_port(text.substr(0, text.find_first_of(separators)));
    const auto last = parse_port(text.substr(text.find_last_of(separators) + 1)); // npos + 1 is 0
    return first && last ? std::optional(PortRange{*first, *last}) : std::nullopt;
}

std::vector<PortRange> parse_list(std::string_view text) {
    std::vector<PortRange> list;
    while (!text.empty()) {
        const std::size_t comma = std::min(text.find(','), text.size());
        if (const auto range = parse_range(text.substr(0, comma), "-")) {
            list.push_back(*range);
        }
        text.remove_prefix(std::min(comma + 1, text.size()));
    }
    return list;
}

std::string read_line(const char *file) {
    std::string line;
    std::ifstream stream(file);
    std::getline(stream, line);
    return line;
}

} // namespace

KernelPorts read_kernel_ports() {
    return {.ip_local_port_range = read_line("/proc/sys/net/ipv4/ip_local_port_range"),
            .ip_local_reserved_ports = read_line("/proc/sys/net/ipv4/ip_local_reserved_ports")};
}

std::optional<std::string> port_overlap_warning(const PortRange &source_ports, const KernelPorts &kernel) {
    const auto local = parse_range(kernel.ip_local_port_range, "\t ");
    if (!local) {
        return std::nullopt;
    }
    const std::vector<PortRange> reserved = parse_list(kernel.ip_local_reserved_ports);
    const auto is_reserved = [&](std::uint32_t port) {
        return std::any_of(reserved.begin(), reserved.end(),
                           [port](const PortRange &r) { return r.first <= port && port <= r.last; });
    };
    const std::uint32_t end = std::min(source_ports.last, local->last) + 1U;
    for (std::uint32_t port = std::max(source_ports.first, local->first); port < end; ++port) {
        if (!is_reserved(port)) {
            return "steering.source_ports " + text_of(source_ports) + " overlaps net.ipv4.ip_local_port_range " +
                   text_of(*local) + ": a resolver on this host may be given port " + std::to_string(port) +
                   " and would not get its answers; choose other ports, or set net.ipv4.ip_local_reserved_ports=" +
                   text_of(source_ports) + " (beside what is in it)";
        }
    }
    return std::nullopt;
}

} // namespace fastpath
