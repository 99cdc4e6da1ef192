// SPDX-License-Identifier: Apache-2.0
// What the doctor finds, by facts as they are on a host where all is well but for one thing.
#include "unit/doctor_healthy.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

namespace fastpath::doctor {
namespace {

void set_rules(Facts &facts, const std::string &json) {
    facts.host.ruleset = parse_nft_ruleset(json).value();
}

const auto healthy = test::healthy_facts;

bool contains(const std::string &text, const std::string &part) {
    return text.find(part) != std::string::npos;
}

TEST(Doctor, FindsNothingOnAHealthyHost) {
    const std::vector<Finding> findings = examine(healthy());
    EXPECT_EQ(findings.size(), 13);
    for (const Finding &finding : findings) {
        EXPECT_EQ(finding.status, Status::ok) << finding.check << ": " << finding.finding;
        EXPECT_EQ(finding.remedy, "") << finding.check;
        EXPECT_NE(finding.finding, "") << finding.check;
    }
}

TEST(Doctor, WantsADaemonWithAHeartbeat) {
    Facts facts = healthy();
    facts.daemon.heartbeat_age_seconds = 10;
    EXPECT_EQ(check_heartbeat(facts).status, Status::ok);
    facts.daemon.heartbeat_age_seconds = 11;
    EXPECT_EQ(check_heartbeat(facts).status, Status::problem);
    facts.daemon = {.is_running = false, .heartbeat_age_seconds = 5};
    EXPECT_EQ(check_heartbeat(facts).status, Status::problem);
    EXPECT_EQ(check_heartbeat(facts).finding, "the daemon is not running, its last heartbeat was 5 s ago");
}

TEST(Doctor, NamesInterfacesInGenericMode) {
    Facts facts = healthy();
    facts.interfaces = {{"eth0", true}, {"eth1", false}, {"eth2", false}};
    EXPECT_EQ(check_xdp_mode(facts).status, Status::warning);
    EXPECT_TRUE(contains(check_xdp_mode(facts).finding, "on eth1, eth2")) << check_xdp_mode(facts).finding;
}

TEST(Doctor, KnowsWhichDriversHaveNativeXdp) {
    Facts facts = healthy();
    facts.interfaces = {{.name = "eth0", .driver = "e1000e"}};
    EXPECT_TRUE(contains(check_xdp_mode(facts).remedy, "use a NIC whose driver has native XDP in place of eth0"));
    facts.interfaces = {{.name = "eth0", .driver = "ice"}};
    EXPECT_TRUE(contains(check_xdp_mode(facts).remedy, "the driver of eth0 has native XDP"));
}

TEST(Doctor, WantsAnMtuThatNativeXdpTakes) {
    Facts facts = healthy();
    const auto status_at = [&facts](const InterfaceFacts &interface) {
        facts.interfaces = {interface};
        return check_mtu(facts).status;
    };
    EXPECT_EQ(status_at({.name = "eth0", .driver = "ena", .mtu = 3498}), Status::ok);
    EXPECT_EQ(status_at({.name = "eth0", .driver = "ena", .mtu = 3499}), Status::warning);
    EXPECT_EQ(status_at({.name = "eth0", .driver = "ixgbe", .mtu = 9000}), Status::warning);
    EXPECT_EQ(status_at({.name = "eth0", .driver = "e1000e", .mtu = 9000}), Status::ok) << "it has no native XDP";
    EXPECT_EQ(status_at({.name = "eth0", .is_native = true, .driver = "mlx5_core", .mtu = 9000}), Status::ok);
}

TEST(Doctor, WantsAQueueForEachCpu) {
    Facts facts = healthy();
    facts.host.cpus = 4;
    const auto status_at = [&facts](const std::string &driver, uint32_t queues, uint32_t most_queues) {
        facts.interfaces = {{.name = "eth0", .driver = driver, .queues = queues, .most_queues = most_queues}};
        return check_queues(facts).status;
    };
    EXPECT_EQ(status_at("ice", 4, 64), Status::ok);
    EXPECT_EQ(status_at("ice", 3, 64), Status::warning);
    EXPECT_EQ(status_at("ice", 1, 1), Status::ok) << "it has no more";
    EXPECT_EQ(status_at("ice", 0, 0), Status::ok) << "it does not say";
    EXPECT_EQ(status_at("veth", 1, 4), Status::ok) << "the sender's CPU does the work";
    EXPECT_EQ(status_at("ena", 4, 8), Status::ok);
    EXPECT_EQ(status_at("ena", 2, 4), Status::ok) << "the other half is for XDP";
    EXPECT_EQ(status_at("ena", 3, 4), Status::warning);
    EXPECT_EQ(status_at("ena", 1, 1), Status::ok) << "half of one is one still, and native XDP is refused there";
}

TEST(Doctor, LooksAtTheConnectionsThatTheInstanceHasLeft) {
    Facts facts = healthy();
    const auto status_at = [&facts](uint64_t available) {
        facts.interfaces[0].counters["conntrack_allowance_available"] = available;
        return check_nic_connections(facts).status;
    };
    EXPECT_EQ(status_at(1000), Status::ok);
    EXPECT_EQ(status_at(999), Status::warning);
    EXPECT_EQ(status_at(0), Status::problem);
}

TEST(Doctor, NamesEachAllowanceThatWasExceeded) {
    for (const char *counter : {"conntrack_allowance_exceeded", "pps_allowance_exceeded", "bw_in_allowance_exceeded",
                                "bw_out_allowance_exceeded", "linklocal_allowance_exceeded"}) {
        Facts facts = healthy();
        facts.interfaces[0].counters[counter] = 7;
        const Finding found = check_nic_allowances(facts);
        EXPECT_EQ(found.status, Status::warning) << counter;
        EXPECT_TRUE(contains(found.finding, std::string("eth0: ") + counter + " is 7: ")) << found.finding;
    }
}

TEST(Doctor, WantsSourcePortsThatSocketsDoNotGet) {
    Facts facts = healthy();
    facts.steering.source_ports = {30'000, 34'000};
    const Finding found = check_source_ports(facts);
    EXPECT_EQ(found.status, Status::warning);
    EXPECT_TRUE(contains(found.finding, "30000-34000 overlaps net.ipv4.ip_local_port_range 32768-60999"))
        << found.finding;
    EXPECT_TRUE(contains(found.remedy, "ip_local_reserved_ports=30000-34000")) << found.remedy;
    EXPECT_FALSE(contains(found.finding, ";"));
    facts.host.ports.ip_local_reserved_ports = "32768-34000";
    EXPECT_EQ(check_source_ports(facts).status, Status::ok);
    facts.host.ports.ip_local_reserved_ports = "";
    facts.steering.steers = false;
    EXPECT_EQ(check_source_ports(facts).status, Status::ok) << "nothing is steered";
}

TEST(Doctor, WantsForwardingOnLoForTheFamiliesOfUpstreams) {
    Facts facts = healthy();
    facts.host.forwarding_on_lo = {AF_INET};
    const Finding found = check_forwarding(facts);
    EXPECT_EQ(found.status, Status::problem);
    EXPECT_TRUE(contains(found.finding, "lo does not forward IPv6")) << found.finding;
    EXPECT_TRUE(contains(found.remedy, "`sysctl -w net.ipv6.conf.lo.forwarding=1`")) << found.remedy;
    facts.steering.families = {AF_INET};
    EXPECT_EQ(check_forwarding(facts).status, Status::ok);
    facts.host.forwarding_on_lo = {};
    facts.steering.families = {AF_INET, AF_INET6};
    EXPECT_TRUE(contains(check_forwarding(facts).remedy,
                         "`sysctl -w net.ipv4.conf.lo.forwarding=1 net.ipv6.conf.lo.forwarding=1`"));
    facts.steering.steers = false;
    EXPECT_EQ(check_forwarding(facts).status, Status::ok) << "nothing is steered";
}

TEST(Doctor, WantsOurTableWhereConnectionsAreTracked) {
    Facts facts = healthy();
    set_rules(facts, test::firewall_with_exemption_json());
    EXPECT_EQ(check_notrack(facts).status, Status::warning);
    EXPECT_TRUE(contains(check_notrack(facts).finding, "the table inet dns_fastpath is missing"));
    facts.host.conntrack->entries = 0;
    EXPECT_EQ(check_notrack(facts).status, Status::ok) << "nothing is tracked";
    facts.host.conntrack.reset();
    EXPECT_EQ(check_notrack(facts).status, Status::ok) << "nothing can be tracked";
}

// `notrack: false` is a wish, and no fault.
TEST(Doctor, LeavesDnsTrackedWhereThatIsMeant) {
    Facts facts = healthy();
    facts.wants_notrack = false;
    facts.host.dns_connections = 7;
    set_rules(facts, R"({"nftables": []})");
    EXPECT_EQ(check_notrack(facts).status, Status::ok) << check_notrack(facts).finding;
    EXPECT_EQ(check_tracked_dns(facts).status, Status::ok) << check_tracked_dns(facts).finding;
    facts.host.conntrack = ConntrackFill{.entries = 950, .limit = 1000};
    EXPECT_EQ(check_conntrack_fill(facts).status, Status::problem) << "a full table hurts all the same";
}

TEST(Doctor, SaysWhyItCannotSeeTheRules) {
    Facts facts = healthy();
    facts.host.ruleset.reset();
    facts.host.why_no_ruleset = "nft: Operation not permitted";
    EXPECT_EQ(check_notrack(facts).status, Status::warning);
    EXPECT_EQ(check_notrack(facts).finding, "cannot see the nftables rules: nft: Operation not permitted");
    EXPECT_EQ(check_firewall(facts).status, Status::ok);
    EXPECT_EQ(check_translation(facts).status, Status::ok);
    facts.host.dns_connections = 1;
    EXPECT_EQ(check_tracked_dns(facts).status, Status::warning);
}

TEST(Doctor, NamesListenAddressesThatOurTableDoesNotKnow) {
    Facts facts = healthy();
    facts.listeners.insert(parse_address("198.18.0.3").value());
    facts.listeners.insert(parse_address("198.18.0.4").value());
    EXPECT_EQ(check_notrack(facts).status, Status::warning);
    EXPECT_EQ(check_notrack(facts).finding, "the table inet dns_fastpath does not know 198.18.0.3, 198.18.0.4");
    facts.listeners = {};
    EXPECT_EQ(check_notrack(facts).status, Status::ok) << "it may know more";
}

TEST(Doctor, CountsDnsThatIsTrackedAllTheSame) {
    Facts facts = healthy();
    facts.host.dns_connections = 7;
    const Finding found = check_tracked_dns(facts);
    EXPECT_EQ(found.status, Status::warning);
    EXPECT_TRUE(contains(found.finding, "7 of them, and no nftables rule is seen that explains it")) << found.finding;
    facts.host.dns_connections.reset();
    EXPECT_EQ(check_tracked_dns(facts).status, Status::ok);
}

TEST(Doctor, NamesTheRuleThatHasDnsTracked) {
    Facts facts = healthy();
    facts.host.dns_connections = 7;
    set_rules(facts, test::joined(test::notrack_json(), test::zone_and_translation_json()));
    EXPECT_TRUE(contains(check_tracked_dns(facts).finding, "zone by table ip z, chain pre, handle 3"))
        << check_tracked_dns(facts).finding;
    set_rules(facts, test::zone_and_translation_json());
    EXPECT_TRUE(contains(check_tracked_dns(facts).finding, "the table inet dns_fastpath is not there to prevent it"));
}

TEST(Doctor, NamesRulesThatDropUntrackedDns) {
    Facts facts = healthy();
    set_rules(facts, test::joined(test::notrack_json(), test::stateful_firewall_json()));
    const Finding found = check_firewall(facts);
    EXPECT_EQ(found.status, Status::problem);
    EXPECT_TRUE(contains(found.finding, "table inet filter, chain input, handle 3")) << found.finding;
    set_rules(facts, test::stateful_firewall_json());
    EXPECT_EQ(check_firewall(facts).status, Status::ok) << "DNS is tracked, and so let in";
    EXPECT_EQ(check_notrack(facts).status, Status::warning);
    EXPECT_TRUE(contains(check_notrack(facts).finding, "not in place, because the firewall would drop untracked DNS"));
    EXPECT_TRUE(contains(check_notrack(facts).remedy, "ct state untracked")) << check_notrack(facts).remedy;
}

TEST(Doctor, NamesTranslationsThatUntrackedDnsDoesNotGet) {
    Facts facts = healthy();
    set_rules(facts, test::joined(test::notrack_json(), test::zone_and_translation_json()));
    EXPECT_EQ(check_translation(facts).status, Status::warning);
    EXPECT_TRUE(contains(check_translation(facts).finding, "table ip z, chain nat, handle 5"));
    set_rules(facts, test::zone_and_translation_json());
    EXPECT_EQ(check_translation(facts).status, Status::ok) << "DNS is tracked, and so translated";
}

TEST(Doctor, LooksAtTheFillOfTheTable) {
    Facts facts = healthy();
    const auto status_at = [&facts](uint64_t entries, uint64_t limit) {
        facts.host.conntrack = ConntrackFill{entries, limit};
        return check_conntrack_fill(facts).status;
    };
    EXPECT_EQ(status_at(749, 1000), Status::ok);
    EXPECT_EQ(status_at(750, 1000), Status::warning);
    EXPECT_EQ(status_at(949, 1000), Status::warning);
    EXPECT_EQ(status_at(950, 1000), Status::problem);
    EXPECT_EQ(status_at(950, 0), Status::ok) << "0 means no limit";
    EXPECT_EQ(check_conntrack_fill(healthy()).finding, "100 of 1000 connections are tracked (10 %)");
}

TEST(Doctor, FindsNothingWhereTheKernelTracksNothing) {
    Facts facts = healthy();
    facts.host.conntrack.reset();
    facts.host.dns_connections.reset();
    set_rules(facts, R"({"nftables": []})");
    for (const Finding &finding : examine(facts)) {
        EXPECT_EQ(finding.status, Status::ok) << finding.check << ": " << finding.finding;
    }
}

} // namespace
} // namespace fastpath::doctor
