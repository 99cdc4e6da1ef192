// SPDX-License-Identifier: Apache-2.0
#include "daemon/vlan_interfaces.h"

#include <fstream>
#include <sstream>

namespace fastpath {

// "eth0.100       | 100  | eth0"; a name has no white space.
std::vector<VlanInterface> read_vlan_interfaces(std::istream &config) {
    constexpr unsigned last_id = 4095;
    std::vector<VlanInterface> found;
    for (std::string line; std::getline(config, line);) {
        // A name of 15 octets leaves no room before the bar.
        if (const std::size_t bar = line.find('|'); bar != std::string::npos) {
            line.insert(bar, 1, ' ');
        }
        std::istringstream words(line);
        VlanInterface vlan;
        std::string first_bar;
        std::string second_bar;
        unsigned id = 0;
        if (words >> vlan.name >> first_bar >> id >> second_bar >> vlan.parent && first_bar == "|" &&
            second_bar == "|" && id <= last_id) {
            vlan.id = static_cast<std::uint16_t>(id);
            found.push_back(std::move(vlan));
        }
    }
    return found;
}

std::vector<VlanInterface> vlan_interfaces() {
    std::ifstream config("/proc/net/vlan/config");
    return read_vlan_interfaces(config);
}

} // namespace fastpath
