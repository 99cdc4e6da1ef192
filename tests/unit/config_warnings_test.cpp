// SPDX-License-Identifier: Apache-2.0
// What is allowed and still worth a word: in the config, and between it and the kernel's ports.
#include "config/load.h"
#include "config/port_overlap.h"
#include "config/warnings.h"

#include <gtest/gtest.h>

namespace fastpath {
namespace {

using Warnings = std::vector<std::string>;

Warnings warnings_of(const std::string &text) {
    const auto config = parse_config(text, "f.yaml");
    EXPECT_TRUE(config) << text << "\n" << config.error().message;
    return config ? config_warnings(*config) : Warnings{};
}

const std::string vpc = "pools: {vpc: {upstreams: [{address: local}]}}\n";
const std::string near = "pools: {default: {upstreams: [{address: local}, {address: 198.18.1.11, az: use1-az1}]}}\n";

TEST(ConfigWarnings, SayNothingOfWhatIsRight) {
    for (const std::string &text : {std::string(), vpc + "routes: [{zone: corp.example, pool: vpc}]",
                                    vpc + "listen: [{address: 192.0.2.1, pool: vpc}]",
                                    vpc + "clients: [{prefix: 10.9.0.0/24, pool: vpc}]", near + "az: use1-az1"}) {
        EXPECT_EQ(warnings_of(text), Warnings{}) << text;
    }
}

TEST(ConfigWarnings, NamePoolsThatNobodyUses) {
    EXPECT_EQ(warnings_of(vpc), Warnings{R"(pools: no route, client or listen address uses the pool "vpc")"});
    EXPECT_EQ(
        warnings_of("pools: {default: {upstreams: [{address: 198.18.1.11}]}, vpc: {upstreams: [{address: local}]}}\n"
                    "listen: [{address: 192.0.2.1, pool: vpc}]"),
        Warnings{R"(pools: no route, client or listen address uses the pool "default")"});
}

TEST(ConfigWarnings, KnowOfAzsThatDoNotMatch) {
    EXPECT_EQ(warnings_of(near), Warnings{"az: not set, so that no upstream with an az counts as near"});
    EXPECT_EQ(warnings_of(near + "az: use1-az3"),
              Warnings{R"(az: no upstream is in "use1-az3", so that none of them counts as near)"});
    EXPECT_EQ(warnings_of("az: use1-az3"), Warnings{});
}

TEST(ConfigWarnings, NameClientsThatTheAclDoesNotServe) {
    const auto clients = [](const char *list, const char *allow) {
        return warnings_of(std::string("clients: [") + list + "]\nacl: {allow: [" + allow + "]}");
    };
    const char *const mta = "{prefix: 198.18.9.0/24, view: mta}";
    const Warnings nobody = {"clients: 198.18.9.0/24 outside of acl.allow: nobody there is served"};
    for (const char *allow : {"", "10.0.0.0/8", "198.18.8.0/24, 198.18.10.0/24", "198.18.0.0/22", "'::/0'"}) {
        EXPECT_EQ(clients(mta, allow), nobody) << allow;
    }
    for (const char *allow :
         {"198.18.9.0/24", "198.18.0.0/15, 198.18.1.0/24", "198.18.9.1", "198.18.9.255", "0.0.0.0/0"}) {
        EXPECT_EQ(clients(mta, allow), Warnings{}) << allow;
    }
    EXPECT_EQ(clients("{prefix: '::/0', view: a}", "10.0.0.0/8").size(), 1U);
    EXPECT_EQ(
        clients("{prefix: '2001:db8::/32', view: a}, {prefix: 0.0.0.0/0, view: b}, {prefix: 2001:db9::/32, view: c}",
                ""),
        Warnings{"clients: 2001:db8::/32 and 2 more outside of acl.allow: nobody there is served"});
}

TEST(ConfigWarnings, NameRoutesThatChangeNothing) {
    const std::string two_pools = "pools: {vpc: {upstreams: [{address: local}]}}\nroutes:\n";
    const auto route = [](const char *zone, const char *pool) {
        return std::string("  - {zone: ") + zone + ", pool: " + pool + "}\n";
    };
    EXPECT_EQ(
        warnings_of(two_pools + route("A.B.example", "vpc") + route("example", "vpc") + route("x.Example", "vpc")),
        Warnings{"routes: a.b.example. and 1 more without effect: a shorter zone leads to the same pool"});
    EXPECT_EQ(warnings_of(two_pools + route("a.example", "vpc") + route(".", "vpc")),
              Warnings{"routes: a.example. without effect: a shorter zone leads to the same pool"});
    const std::string exception = route("example", "vpc") + route("b.example", "default") + route("a.b.example", "vpc");
    EXPECT_EQ(warnings_of(two_pools + exception), Warnings{}) << "the nearest zone above leads elsewhere";
    EXPECT_EQ(warnings_of(two_pools + route("example", "vpc") + route("anexample", "vpc")), Warnings{});
}

TEST(ConfigWarnings, NamePoolsThatClientsOfAFamilyCannotReach) {
    const std::string pool = "pools: {default: {upstreams: [{address: 198.18.1.11}]}}\n";
    EXPECT_EQ(
        warnings_of(pool + "listen: [{address: 192.0.2.1}, {address: '2001:db8::1'}]"),
        Warnings{
            R"(pools: "default" has no IPv6 upstream: what comes in over IPv6 goes to the resolver on this host)"});
    EXPECT_EQ(warnings_of(pool + "listen: [{address: 192.0.2.1}]"), Warnings{});
    EXPECT_EQ(warnings_of(pool), Warnings{}) << "the addresses of the interfaces are not known here";
}

constexpr PortRange usual{20'000, 24'095};

TEST(PortOverlap, IsNoneWhereTheRangesAreApart) {
    for (const char *range : {"32768\t60999", "24096\t60999", "1024\t19999", "", "nonsense", "1\t70000"}) {
        EXPECT_FALSE(port_overlap_warning(usual, {range, ""})) << range;
    }
}

TEST(PortOverlap, NamesTheFirstPortAndTheRemedy) {
    EXPECT_EQ(
        port_overlap_warning(usual, {"10000\t60999", ""}),
        "steering.source_ports 20000-24095 overlaps net.ipv4.ip_local_port_range 10000-60999: a resolver on this host "
        "may be given port 20000 and would not get its answers; choose other ports, or set "
        "net.ipv4.ip_local_reserved_ports=20000-24095 (beside what is in it)");
    for (const char *range : {"24095\t60999", "1024\t20000", "20000 24095", "21000\t22000"}) {
        EXPECT_TRUE(port_overlap_warning(usual, {range, ""})) << range;
    }
}

TEST(PortOverlap, IsNoneWhereTheKernelKeepsItsHandsOff) {
    for (const char *reserved : {"20000-24095", "1,2-3,19000-21000,21001-30000", "8080,20000-24094,24095"}) {
        EXPECT_FALSE(port_overlap_warning(usual, {"10000\t60999", reserved})) << reserved;
    }
    const auto warning = port_overlap_warning(usual, {"10000\t60999", "20000-22000,22002-24095"});
    ASSERT_TRUE(warning);
    EXPECT_NE(warning->find("may be given port 22001 "), std::string::npos) << *warning;
}

TEST(PortOverlap, TakesAllOfTheHighestPorts) {
    EXPECT_TRUE(port_overlap_warning({65'000, 65'535}, {"65535\t65535", "65000-65534"}));
    EXPECT_FALSE(port_overlap_warning({65'000, 65'535}, {"1024\t65535", "65000-65535"}));
}

} // namespace
} // namespace fastpath
