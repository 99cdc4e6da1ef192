// SPDX-License-Identifier: Apache-2.0
// What `dns-fastpathctl capture` gets to see: packets as they came and as they left, those alone that the filter wants, so many a
// second, and nothing where nobody captures.
#include "captured_packets.h"
#include "steer_fixture.h"
#include "util/address.h"

#include <algorithm>

namespace fastpath::test {
namespace {

constexpr uint32_t every_verdict = UINT32_MAX;

fp_capture_filter everything() {
    fp_capture_filter filter = {};
    filter.verdicts = every_verdict;
    filter.per_second = 1000;
    return filter;
}

fp_capture_filter of_address(const char *text) {
    fp_capture_filter filter = everything();
    const IpPrefix prefix = parse_prefix(text).value();
    filter.address = prefix.address.abi();
    for (unsigned bit = 0; bit < prefix.length; bit++) {
        filter.address_mask.octets[bit / 8] |= static_cast<uint8_t>(0x80U >> bit % 8);
    }
    return filter;
}

fp_capture_filter of_zone(const char *zone) {
    fp_capture_filter filter = everything();
    const Octets wire = DnsQuery{.name = zone}.name_octets();
    filter.zone_len = static_cast<uint32_t>(wire.size());
    std::copy(wire.begin(), wire.end(), std::begin(filter.zone));
    return filter;
}

fp_capture_filter of_verdict(xdp_action verdict) {
    fp_capture_filter filter = everything();
    filter.verdicts = 1U << verdict;
    return filter;
}

class Capture : public Steering {
  protected:
    void SetUp() override {
        Steering::SetUp();
        add({.answer = {"www.example.com. 300 IN A 192.0.2.1"}});
    }

    void TearDown() override { (void)Controlled::instance().take_redirect(); }

    void begin(const fp_capture_filter &filter) { CapturedPackets::begin(filter, now_ns() + FP_CAPTURE_LEASE_NS); }

    // How many of the packets are shown.
    size_t shown(const Packet &packet, size_t count = 1) {
        for (size_t i = 0; i < count; i++) {
            (void)run(packet.octets());
        }
        const std::vector<CapturedPacket> records = captured_.consume();
        return static_cast<size_t>(
            std::count_if(records.begin(), records.end(), [](const auto &record) { return !record.head.is_leaving; }));
    }
    bool shows(const fp_capture_filter &filter, const Packet &packet) {
        (void)captured_.consume();
        begin(filter);
        return shown(packet) == 1;
    }

    // One side of a packet, whole.
    ::testing::AssertionResult is(const CapturedPacket &record, const Octets &octets, const Effect &effect) {
        if (record.head.outcome != effect.outcome() || record.head.verdict != effect.verdict) {
            return ::testing::AssertionFailure() << "said to be another than " << effect.text();
        }
        if (record.head.seen_ns != now_ns() || record.head.ifindex != own_ifindex || record.head.len != octets.size()) {
            return ::testing::AssertionFailure() << "the time, interface or length is wrong";
        }
        if (record.octets != octets) {
            return ::testing::AssertionFailure() << to_hex(record.octets) << "\nshould be\n" << to_hex(octets);
        }
        return ::testing::AssertionSuccess();
    }
    // As it came and, where it was sent on, as it left.
    ::testing::AssertionResult is_shown(const Packet &packet, xdp_action verdict) {
        begin(everything());
        const Effect effect = run(packet.octets());
        const std::vector<CapturedPacket> records = captured_.consume();
        const size_t sides = verdict == XDP_TX || verdict == XDP_REDIRECT ? 2 : 1;
        if (effect.verdict != verdict || records.size() != sides) {
            return ::testing::AssertionFailure() << effect.text() << ", " << records.size() << " records";
        }
        if (records.front().head.is_leaving != 0 || records.back().head.is_leaving != sides - 1) {
            return ::testing::AssertionFailure() << "not as it came, then as it left";
        }
        const ::testing::AssertionResult came = is(records.front(), packet.octets(), effect);
        return came && sides == 2 ? is(records.back(), effect.packet, effect) : came;
    }

    CapturedPackets captured_;
};

const Packet from_denied = frame(Ipv4{.src = denied_ipv4});

TEST_F(Capture, ShowsNothingWhereNobodyCaptures) {
    EXPECT_EQ(shown(frame(), 3), 0U);
    begin(everything());
    EXPECT_EQ(shown(frame(), 3), 3U);
    CapturedPackets::begin(everything(), 0);
    EXPECT_EQ(shown(frame(), 3), 0U);
}

// Its reader was killed.
TEST_F(Capture, EndsWithItsLease) {
    begin(everything());
    advance_ns(FP_CAPTURE_LEASE_NS - 1);
    EXPECT_EQ(shown(frame()), 1U);
    advance_ns(1);
    EXPECT_EQ(shown(frame()), 0U);
}

TEST_F(Capture, ShowsBothSidesOfWhatIsSentOn) {
    EXPECT_TRUE(is_shown(frame(), XDP_TX)) << "a hit";
    EXPECT_TRUE(is_shown(frame(Vlan{}, Ipv6{}), XDP_TX));
    world().add(upstream_ipv4);
    const Packet miss = frame(DnsQuery{.name = "miss.example.com."});
    EXPECT_TRUE(is_shown(miss, XDP_TX)) << "steered";
    leave_by(other_ifindex);
    EXPECT_TRUE(is_shown(miss, XDP_REDIRECT));
}

TEST_F(Capture, ShowsWhatIsDroppedOrPassedAsItCame) {
    EXPECT_TRUE(is_shown(frame(DnsQuery{.name = "miss.example.com."}), XDP_PASS));
    set_acl_action(FP_ACL_DROP);
    EXPECT_TRUE(is_shown(from_denied, XDP_DROP));
}

TEST_F(Capture, ShowsTheBeginningOfWhatIsLong) {
    begin(everything());
    const Octets octets = frame(DnsQuery{.name = "miss.example.com."}, Padding{FP_CAPTURE_SNAP_LEN + 100}).octets();
    (void)run(octets);
    const std::vector<CapturedPacket> records = captured_.consume();
    ASSERT_EQ(records.size(), 1U);
    EXPECT_EQ(records[0].head.len, octets.size());
    EXPECT_EQ(records[0].octets, Octets(octets.begin(), octets.begin() + FP_CAPTURE_SNAP_LEN));
}

TEST_F(Capture, NeverShowsWhatIsNotDnsOfOurs) {
    begin(everything());
    EXPECT_EQ(shown(frame(Udp{.dst = 443})), 0U);
    EXPECT_EQ(shown(frame(Ipv4{.dst = "198.18.0.77"})), 0U);
}

TEST_F(Capture, OfAClientOrAListenAddress) {
    EXPECT_TRUE(shows(of_address(client_ipv4), frame()));
    EXPECT_TRUE(shows(of_address(server_ipv4), frame()));
    EXPECT_FALSE(shows(of_address("198.18.0.9"), frame()));
    EXPECT_FALSE(shows(of_address(client_ipv6), frame()));
    EXPECT_TRUE(shows(of_address(client_ipv6), frame(Ipv6{})));
    EXPECT_TRUE(shows(of_address(server_ipv6), frame(Ipv6{})));
    EXPECT_FALSE(shows(of_address("2001:db8::9"), frame(Ipv6{})));
    EXPECT_FALSE(shows(of_address(client_ipv4), frame(Ipv6{})));
}

TEST_F(Capture, OfAPrefix) {
    const Packet from_17 = frame(Ipv4{.src = "198.18.1.17"});
    EXPECT_TRUE(shows(of_address("198.18.1.16/30"), from_17));
    EXPECT_FALSE(shows(of_address("198.18.1.16/32"), from_17));
    EXPECT_FALSE(shows(of_address("198.18.1.20/30"), from_17));
    EXPECT_TRUE(shows(of_address("0.0.0.0/0"), from_17));
    EXPECT_FALSE(shows(of_address("0.0.0.0/0"), frame(Ipv6{})));
    EXPECT_TRUE(shows(of_address("::/0"), frame(Ipv6{})));
    EXPECT_TRUE(shows(of_address("2001:db8::/127"), frame(Ipv6{.dst = server_ipv6})));
    EXPECT_FALSE(shows(of_address("2001:db8:1::/48"), frame(Ipv6{})));
}

// The packet as it left says it, or as it came on its way home.
TEST_F(Capture, OfAnUpstream) {
    const Upstream upstream = world().add(upstream_ipv4);
    world().add(upstream_ipv6);
    const Packet miss = frame(DnsQuery{.name = "miss.example.com."});
    EXPECT_TRUE(shows(of_address(upstream_ipv4), miss));
    EXPECT_FALSE(shows(of_address("198.18.1.12"), miss));
    EXPECT_FALSE(shows(of_address(upstream_ipv4), frame())) << "a hit goes nowhere";
    EXPECT_TRUE(shows(of_address(upstream_ipv6), frame(Ipv6{}, DnsQuery{.name = "miss.example.com."})));

    const Packet answer = answer_to(sends(miss, upstream));
    EXPECT_TRUE(shows(of_address(client_ipv4), answer)) << "as it left";
    EXPECT_TRUE(shows(of_address(upstream_ipv4), answer_to(sends(miss, upstream))));
}

TEST_F(Capture, OfAZone) {
    const auto query = [](const char *name) { return frame(DnsQuery{.name = name}); };
    EXPECT_TRUE(shows(of_zone("example.com."), query("example.com.")));
    EXPECT_TRUE(shows(of_zone("example.com."), query("a.b.example.com.")));
    EXPECT_TRUE(shows(of_zone("example.com."), query("WWW.eXample.COM."))) << "case means nothing";
    EXPECT_FALSE(shows(of_zone("example.com."), query("com."))) << "above it";
    EXPECT_FALSE(shows(of_zone("example.com."), query("badexample.com."))) << "ends in the same letters";
    EXPECT_FALSE(shows(of_zone("example.com."), query("www.example.net.")));
    EXPECT_TRUE(shows(of_zone("."), query("www.example.net.")));
    EXPECT_TRUE(shows(of_zone("."), query(".")));
}

// Of the packet before, its name still lies there.
TEST_F(Capture, OfAZoneMeansNoPacketWithoutAQuestion) {
    ASSERT_TRUE(shows(of_zone("example.com."), frame()));
    set_acl_action(FP_ACL_DROP);
    EXPECT_FALSE(shows(of_zone("."), from_denied));
    EXPECT_TRUE(shows(everything(), from_denied));
}

TEST_F(Capture, OfAVerdict) {
    const Packet miss = frame(DnsQuery{.name = "miss.example.com."});
    set_acl_action(FP_ACL_DROP);
    for (const xdp_action verdict : {XDP_ABORTED, XDP_DROP, XDP_PASS, XDP_TX, XDP_REDIRECT}) {
        EXPECT_EQ(shows(of_verdict(verdict), frame()), verdict == XDP_TX) << verdict_name(verdict);
        EXPECT_EQ(shows(of_verdict(verdict), miss), verdict == XDP_PASS) << verdict_name(verdict);
        EXPECT_EQ(shows(of_verdict(verdict), from_denied), verdict == XDP_DROP) << verdict_name(verdict);
    }
    world().add(upstream_ipv4);
    leave_by(other_ifindex);
    EXPECT_TRUE(shows(of_verdict(XDP_REDIRECT), miss));
    EXPECT_FALSE(shows(of_verdict(XDP_TX), miss));
}

TEST_F(Capture, OfAllThatIsAskedForAtOnce) {
    fp_capture_filter filter = of_address(client_ipv4);
    const fp_capture_filter zone = of_zone("example.com.");
    filter.zone_len = zone.zone_len;
    std::copy(std::begin(zone.zone), std::end(zone.zone), std::begin(filter.zone));
    EXPECT_TRUE(shows(filter, frame()));
    EXPECT_FALSE(shows(filter, frame(Ipv4{.src = "198.18.0.9"})));
    EXPECT_FALSE(shows(filter, frame(DnsQuery{.name = "www.example.net."})));
}

TEST_F(Capture, SoManyASecond) {
    fp_capture_filter filter = of_zone("example.com.");
    filter.per_second = 3;
    CapturedPackets::begin(filter, now_ns() + 10 * FP_NSEC_PER_SEC);
    EXPECT_EQ(shown(frame(DnsQuery{.name = "www.example.net."}), 10), 0U);
    EXPECT_EQ(shown(frame(), 10), 3U) << "what is not wanted does not count";
    EXPECT_EQ(CapturedPackets::above_rate(), 7U);
    advance_ns(FP_NSEC_PER_SEC - 1);
    EXPECT_EQ(shown(frame()), 0U);
    advance_ns(1);
    EXPECT_EQ(shown(frame(), 10), 3U);
    EXPECT_EQ(CapturedPackets::above_rate(), 15U);
}

} // namespace
} // namespace fastpath::test
