// SPDX-License-Identifier: Apache-2.0
// /proc/net/vlan/config, as kernel 6.1 writes it.
#include "daemon/vlan_interfaces.h"

#include <gtest/gtest.h>
#include <sstream>

namespace fastpath {
namespace {

using Found = std::vector<VlanInterface>;

Found read(const std::string &text) {
    std::istringstream stream(text);
    return read_vlan_interfaces(stream);
}

const std::string heading = "VLAN Dev name\t | VLAN ID\nName-Type: VLAN_NAME_TYPE_RAW_PLUS_VID_NO_PAD\n";

TEST(VlanInterfaces, are_read_with_id_and_parent) {
    EXPECT_EQ(read(heading + "eth0.100       | 100  | eth0\nvlan7          | 7  | bond0\n"),
              (Found{{"eth0.100", 100, "eth0"}, {"vlan7", 7, "bond0"}}));
}

TEST(VlanInterfaces, may_have_names_without_room) {
    EXPECT_EQ(read(heading + "enp0s31f6.40945| 4094  | enp0s31f6-upper\n"),
              (Found{{"enp0s31f6.40945", 4094, "enp0s31f6-upper"}}));
}

TEST(VlanInterfaces, may_be_none) {
    EXPECT_EQ(read(heading), Found());
    EXPECT_EQ(read(""), Found());
}

TEST(VlanInterfaces, are_not_made_of_other_lines) {
    EXPECT_EQ(read("eth0 | x | eth1\neth0 | 4096 | eth1\neth0 | 1 |\neth0 1 eth1\n|\n"), Found());
}

} // namespace
} // namespace fastpath
