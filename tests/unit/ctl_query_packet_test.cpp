// SPDX-License-Identifier: Apache-2.0
// The query of `explain`, octet by octet where it matters, and by the reader of the daemon.
#include "ctl/query_packet.h"
#include "dns/byte_order.h"
#include "dns/message.h"

#include <dns_fastpath/dns_wire.h>
#include <gtest/gtest.h>

namespace fastpath::ctl {
namespace {

constexpr size_t ip_at = 14;

Query query_from(const char *client, const char *server) {
    return {.client = parse_address(client).value(),
            .server = parse_address(server).value(),
            .name = name_from_text("www.example.com").value(),
            .qtype = 28,
            .options = {}};
}

const Query ipv4 = query_from("198.18.9.7", "198.18.0.2");
const Query ipv6 = query_from("2001:db8::7", "2001:db8::2");

// The one's complement sum over octets that hold their own checksum is 0xffff (RFC 1071).
uint32_t sum_of(std::span<const uint8_t> octets, uint32_t sum = 0) {
    for (size_t at = 0; at < octets.size(); at++) {
        sum += at % 2 == 0 ? octets[at] << 8U : octets[at];
    }
    while (sum >> 16U != 0) {
        sum = (sum & 0xffffU) + (sum >> 16U);
    }
    return sum;
}

TEST(QueryPacket, HasLengthsAndChecksumsOfIpv4) {
    const std::vector<uint8_t> packet = query_packet(ipv4);
    const std::span<const uint8_t> ip = std::span(packet).subspan(ip_at);
    EXPECT_EQ(load_be16(packet, 12), 0x0800);
    EXPECT_EQ(load_be16(ip, 2), ip.size());
    EXPECT_EQ(sum_of(ip.first(20)), 0xffff);
    EXPECT_EQ(load_be16(ip, 24), ip.size() - 20);
    EXPECT_EQ(sum_of(ip.subspan(12), 17 + load_be16(ip, 24)), 0xffff) << "addresses and UDP";
}

TEST(QueryPacket, HasLengthsAndChecksumsOfIpv6) {
    const std::vector<uint8_t> packet = query_packet(ipv6);
    const std::span<const uint8_t> ip = std::span(packet).subspan(ip_at);
    EXPECT_EQ(load_be16(packet, 12), 0x86dd);
    EXPECT_EQ(load_be16(ip, 4), ip.size() - 40);
    EXPECT_EQ(sum_of(ip.subspan(8), 17 + load_be16(ip, 4)), 0xffff) << "addresses and UDP";
}

TEST(QueryPacket, HasTheMessageThatWasAskedFor) {
    for (const Query &base : {ipv4, ipv6}) {
        Query query = base;
        query.options = {.dnssec_ok = true, .checking_disabled = true, .authentic_data = true, .payload_size = 4096};
        const std::vector<uint8_t> packet = query_packet(query);
        const Message message = parse_message(message_in(packet)).value();
        EXPECT_EQ(message.flags, FP_DNS_RD | FP_DNS_CD | FP_DNS_AD);
        EXPECT_EQ(message.qname, query.name);
        EXPECT_EQ(message.qtype, 28);
        EXPECT_EQ(message.qclass, FP_CLASS_IN);
        ASSERT_TRUE(message.opt);
        EXPECT_EQ(message.opt->udp_size, 4096);
        EXPECT_EQ(message.opt->flags, FP_EDNS_DO);
        EXPECT_EQ(message.opt->version, 0);
    }
}

TEST(QueryPacket, HasNoOptWhereNoneIsWanted) {
    Query query = ipv4;
    query.options.payload_size.reset();
    const std::vector<uint8_t> packet = query_packet(query);
    const Message message = parse_message(message_in(packet)).value();
    EXPECT_FALSE(message.opt);
    EXPECT_EQ(message.flags, FP_DNS_RD);
}

TEST(MessageInFrame, IsCutWhereUdpEnds) {
    std::vector<uint8_t> packet = query_packet(ipv4);
    const size_t length = message_in(packet).size();
    packet.resize(packet.size() + 7); // a driver may have padded it
    EXPECT_EQ(message_in(packet).size(), length);
    packet.resize(packet.size() - 8);
    EXPECT_TRUE(message_in(packet).empty()) << "not all of it is there";
    EXPECT_TRUE(message_in({}).empty());
    EXPECT_TRUE(message_in(std::span(packet).first(30)).empty());
}

} // namespace
} // namespace fastpath::ctl
