// SPDX-License-Identifier: Apache-2.0
// The table that keeps DNS untracked, as commands. That the kernel takes them, and obeys: tests/e2e/notrack_test.cpp.
#include "conntrack/notrack_rules.h"

#include <gtest/gtest.h>

namespace fastpath {
namespace {

std::set<IpAddress> addresses(const std::vector<std::string> &texts) {
    std::set<IpAddress> all;
    for (const std::string &text : texts) {
        all.insert(parse_address(text).value());
    }
    return all;
}

// What stands between the line that begins the set and the one that ends it.
std::string set_in(const std::string &ruleset, const std::string &name) {
    const std::string head = "\tset " + name + " {\n";
    const size_t begin = ruleset.find(head) + head.size();
    return ruleset.substr(begin, ruleset.find("\t}\n", begin) - begin);
}

TEST(NotrackRules, AreOneTableInOneTransaction) {
    EXPECT_EQ(notrack_ruleset("dns_fastpath", addresses({"198.18.0.2", "2001:db8::2"})),
              "add table inet dns_fastpath\n"
              "delete table inet dns_fastpath\n"
              "table inet dns_fastpath {\n"
              "\tset listen4 {\n"
              "\t\ttype ipv4_addr\n"
              "\t\telements = { 198.18.0.2 }\n"
              "\t}\n"
              "\tset listen6 {\n"
              "\t\ttype ipv6_addr\n"
              "\t\telements = { 2001:db8::2 }\n"
              "\t}\n"
              "\tchain to_us {\n"
              "\t\tip daddr @listen4 notrack\n"
              "\t\tip6 daddr @listen6 notrack\n"
              "\t}\n"
              "\tchain from_us {\n"
              "\t\tip saddr @listen4 notrack\n"
              "\t\tip daddr @listen4 notrack\n"
              "\t\tip daddr 127.0.0.1 notrack\n"
              "\t\tip6 saddr @listen6 notrack\n"
              "\t\tip6 daddr @listen6 notrack\n"
              "\t\tip6 daddr ::1 notrack\n"
              "\t}\n"
              "\tchain prerouting {\n"
              "\t\ttype filter hook prerouting priority -310; policy accept;\n"
              "\t\tmeta l4proto { tcp, udp } th dport 53 goto to_us\n"
              "\t\tmeta l4proto { tcp, udp } th sport 53 goto to_us\n"
              "\t}\n"
              "\tchain output {\n"
              "\t\ttype filter hook output priority -310; policy accept;\n"
              "\t\tmeta l4proto { tcp, udp } th dport 53 goto from_us\n"
              "\t\tmeta l4proto { tcp, udp } th sport 53 goto from_us\n"
              "\t}\n"
              "}\n");
}

TEST(NotrackRules, HaveAllAddressesOfAFamilyInItsSet) {
    const std::string ruleset =
        notrack_ruleset("dns_fastpath", addresses({"198.18.0.2", "2001:db8::2", "198.18.0.1", "::1"}));
    EXPECT_EQ(set_in(ruleset, "listen4"), "\t\ttype ipv4_addr\n\t\telements = { 198.18.0.1, 198.18.0.2 }\n");
    EXPECT_EQ(set_in(ruleset, "listen6"), "\t\ttype ipv6_addr\n\t\telements = { ::1, 2001:db8::2 }\n");
}

// "elements = { }" is a syntax error.
TEST(NotrackRules, HaveNoElementsWhereThereIsNoAddress) {
    const std::string ruleset = notrack_ruleset("dns_fastpath", addresses({"198.18.0.2"}));
    EXPECT_EQ(set_in(ruleset, "listen6"), "\t\ttype ipv6_addr\n");
    EXPECT_EQ(set_in(notrack_ruleset("dns_fastpath", {}), "listen4"), "\t\ttype ipv4_addr\n");
}

// `delete` alone fails where the table is not there.
TEST(NotrackRules, AreRemovedWithoutAnErrorWhereTheyAreNot) {
    EXPECT_EQ(notrack_removal("ours"), "add table inet ours\ndelete table inet ours\n");
}

TEST(NotrackTable, IsNamedAfterThePins) {
    EXPECT_EQ(notrack_table(FP_PIN_ROOT), "dns_fastpath");
    EXPECT_EQ(notrack_table("/sys/fs/bpf/second.one"), "second_one");
    EXPECT_EQ(notrack_table("/sys/fs/bpf/2 {}"), "dns_fastpath_2___") << "a name begins with a letter";
    EXPECT_EQ(notrack_table("/sys/fs/bpf/-"), "dns_fastpath__");
}

} // namespace
} // namespace fastpath
