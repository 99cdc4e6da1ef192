// SPDX-License-Identifier: Apache-2.0
// Do the ports that upstreams are asked from belong to the kernel's own sockets as well? Then the answers that such a socket
// waits for could be taken for an upstream's.
#pragma once

#include "config/config.h"

#include <optional>
#include <string>
#include <string_view>

namespace fastpath {

// The texts of these files below /proc/sys/net/ipv4/; they count for IPv6 too. Empty where there is none.
struct KernelPorts {
    std::string ip_local_port_range;     // "32768\t60999"
    std::string ip_local_reserved_ports; // "8080,9148-9160"
};

KernelPorts read_kernel_ports();

// None if no port is both in the range that the kernel gives out and not reserved.
std::optional<std::string> port_overlap_warning(const PortRange &source_ports, const KernelPorts &kernel);

} // namespace fastpath
