// SPDX-License-Identifier: Apache-2.0
// Lines of /proc/net/nf_conntrack, as Linux 6.18 prints them.
#include "conntrack/table.h"

#include <gtest/gtest.h>
#include <sstream>

namespace fastpath {
namespace {

uint64_t count(const std::string &lines) {
    std::istringstream stream(lines);
    return count_dns_connections(stream, {parse_address("198.18.0.2").value(), parse_address("2001:db8::2").value()});
}

const std::string query4 = "ipv4     2 udp      17 29 src=198.18.0.10 dst=198.18.0.2 sport=42245 dport=53 [UNREPLIED] "
                           "src=198.18.0.2 dst=198.18.0.10 sport=53 dport=42245 mark=0 zone=0 use=2\n";
const std::string query6 =
    "ipv6     10 udp      17 29 src=2001:0db8:0000:0000:0000:0000:0000:0010 "
    "dst=2001:0db8:0000:0000:0000:0000:0000:0002 sport=49835 dport=53 [UNREPLIED] "
    "src=2001:0db8:0000:0000:0000:0000:0000:0002 dst=2001:0db8:0000:0000:0000:0000:0000:0010 sport=53 dport=49835 "
    "mark=0 zone=0 use=2\n";
const std::string recursion = "ipv4     2 tcp      6 431999 ESTABLISHED src=198.18.0.2 dst=192.0.2.1 sport=40000 "
                              "dport=53 src=192.0.2.1 dst=198.18.0.2 sport=53 dport=40000 [ASSURED] mark=0 use=1\n";
// Clients ask 203.0.113.1, which is translated to us.
const std::string translated = "ipv4     2 udp      17 29 src=192.0.2.10 dst=203.0.113.1 sport=42245 dport=53 "
                               "src=198.18.0.2 dst=192.0.2.10 sport=53 dport=42245 mark=0 use=2\n";
// Clients ask our port 5353, which is translated to 53.
const std::string redirected = "ipv4     2 udp      17 29 src=192.0.2.10 dst=198.18.0.2 sport=42245 dport=5353 "
                               "src=198.18.0.2 dst=192.0.2.10 sport=53 dport=42245 mark=0 use=2\n";

TEST(ConntrackTable, CountsDnsToAndFromTheAddresses) {
    EXPECT_EQ(count(query4), 1);
    EXPECT_EQ(count(query6), 1);
    EXPECT_EQ(count(recursion), 1);
    EXPECT_EQ(count(translated), 1);
    EXPECT_EQ(count(redirected), 1);
    EXPECT_EQ(count(query4 + query6 + recursion), 3);
}

TEST(ConntrackTable, CountsNothingElse) {
    const auto with = [](std::string line, const std::string &from, const std::string &to) {
        for (size_t at = line.find(from); at != std::string::npos; at = line.find(from, at + to.size())) {
            line.replace(at, from.size(), to);
        }
        return line;
    };
    EXPECT_EQ(count(with(query4, "port=53 ", "port=530 ")), 0) << "another port";
    EXPECT_EQ(count(with(query4, "198.18.0.2 ", "198.18.0.20 ")), 0) << "another address";
    EXPECT_EQ(count(with(query4, "udp      17", "sctp     132")), 0) << "another protocol";
    EXPECT_EQ(count(""), 0);
    EXPECT_EQ(count("\nsomething else\n"), 0);
}

} // namespace
} // namespace fastpath
