// SPDX-License-Identifier: Apache-2.0
// VLAN interfaces of this host, as /proc/net/vlan/config lists them.
#pragma once

#include <cstdint>
#include <istream>
#include <string>
#include <vector>

namespace fastpath {

struct VlanInterface {
    std::string name;
    std::uint16_t id = 0;
    std::string parent;

    bool operator==(const VlanInterface &) const = default;
};

// Lines that are none of an interface, as the two of the heading, are left out.
[[nodiscard]] std::vector<VlanInterface> read_vlan_interfaces(std::istream &config);

// None where the kernel knows no VLANs.
[[nodiscard]] std::vector<VlanInterface> vlan_interfaces();

} // namespace fastpath
