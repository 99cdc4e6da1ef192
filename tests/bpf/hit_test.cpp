// SPDX-License-Identifier: Apache-2.0
// A hit, whatever carries the question: link, addresses, header bits. What is in the answer is content_test.cpp's.
#include "fixture.h"
#include "harness/checksum.h"
#include "harness/expected_answer.h"

namespace fastpath::test {
namespace {

const ResponseText www = {.answer = {"www.example.com. 300 IN A 192.0.2.1"}};

class Hit : public FastPath {
  protected:
    void SetUp() override {
        FastPath::SetUp();
        cached_ = &add(www);
    }
    ::testing::AssertionResult is_answered(const Packet &query) { return answers(query, *cached_); }

    const Cached *cached_ = nullptr;
};

TEST_F(Hit, OverIpv4) {
    EXPECT_TRUE(is_answered(frame(Ipv4{}, Udp{}, DnsQuery{})));
}

TEST_F(Hit, OverIpv6) {
    EXPECT_TRUE(is_answered(frame(Ipv6{}, Udp{}, DnsQuery{})));
}

TEST_F(Hit, BehindVlanTagsWhichStay) {
    const Vlan tag = {.tci = 0x6064}; // priority 3, id 100
    const Vlan service_tag = {.tci = 0x0fff, .protocol = 0x88a8};
    EXPECT_TRUE(is_answered(frame(tag, Ipv4{})));
    EXPECT_TRUE(is_answered(frame(tag, Ipv6{})));
    EXPECT_TRUE(is_answered(frame(service_tag, tag, Ipv4{})));
    EXPECT_TRUE(is_answered(frame(service_tag, tag, Ipv6{})));
    EXPECT_TRUE(is_answered(frame(tag, tag, Ipv4{})));
}

TEST_F(Hit, InAPaddedFrame) {
    const Cached &root = add({.question = ". IN NS", .answer = {". 300 IN NS a.root-servers.net."}});
    const DnsQuery root_query = {.name = ".", .qtype = type::ns}; // 59 octets with all headers
    EXPECT_TRUE(answers(frame(root_query, Padding{60}), root));
    EXPECT_TRUE(answers(frame(root_query, Padding{64}), root));
    EXPECT_TRUE(is_answered(frame(Padding{1500}))); // the frame gets shorter
    EXPECT_TRUE(is_answered(frame(Ipv6{}, Padding{1500})));
}

TEST_F(Hit, OnlyPaddingBehindAVlanTag) {
    EXPECT_TRUE(is_answered(frame(Vlan{}, Padding{100})));
}

TEST_F(Hit, WithHeaderFieldsThatDoNotMatter) {
    EXPECT_TRUE(is_answered(frame(Ipv4{.ttl = 1, .tos = 0xff, .id = 0, .fragment = 0})));
    EXPECT_TRUE(is_answered(frame(Ipv4{.ttl = 255, .id = 0xffff})));
    EXPECT_TRUE(is_answered(frame(Ipv6{.hop_limit = 1, .class_and_flow = 0x0ffabcde})));
}

// A checksum of 0 is none (RFC 768), and one that an interface was to finish is partial: ours never comes from theirs.
TEST_F(Hit, WhateverTheChecksumOfTheQuery) {
    EXPECT_TRUE(is_answered(frame(Ipv4{}, Udp{.checksum = 0})));
    EXPECT_TRUE(is_answered(frame(Ipv4{}, Udp{.checksum = 0x1234})));
    EXPECT_TRUE(is_answered(frame(Ipv6{}, Udp{.checksum = 0x1234})));
}

// The id completes the sum, so there is one id whose answer has a checksum of 0, which is sent as 0xffff.
TEST_F(Hit, NeverHasTheChecksumThatMeansNone) {
    for (const bool over_ipv6 : {false, true}) {
        Packet query = over_ipv6 ? frame(Ipv6{}) : frame(Ipv4{});
        query.dns.id = 0;
        const size_t checksum_at = over_ipv6 ? 14 + 40 + 6 : 14 + 20 + 6;
        const Octets reply = reply_to(query, expected_answer(query.dns, www, 0)).octets();
        query.dns.id = static_cast<uint16_t>(reply[checksum_at] << 8 | reply[checksum_at + 1]);
        EXPECT_TRUE(is_answered(query));
        const Octets answered = run(query.octets()).packet;
        EXPECT_EQ(to_hex(std::span(answered).subspan(checksum_at, 2)), "ff ff");
    }
}

TEST_F(Hit, GivesBackIdAndPorts) {
    for (const uint16_t number : std::initializer_list<uint16_t>{1, 53, 1023, 32768, 65535}) {
        EXPECT_TRUE(is_answered(frame(Udp{.src = number}, DnsQuery{.id = number})));
    }
    EXPECT_TRUE(is_answered(frame(DnsQuery{.id = 0})));
}

TEST_F(Hit, ForEveryAddressOfAnAllowedPrefix) {
    EXPECT_TRUE(is_answered(frame(Ipv4{.src = "198.18.0.0"})));
    EXPECT_TRUE(is_answered(frame(Ipv4{.src = "198.19.255.255"})));
    EXPECT_TRUE(is_answered(frame(Ipv6{.src = "2001:db8::"})));
    EXPECT_TRUE(is_answered(frame(Ipv6{.src = "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"})));
}

// 0x20: the question is the client's own, and so are the names that point at it.
TEST_F(Hit, GivesBackTheCaseOfTheQuestion) {
    for (const char *name : {"WWW.EXAMPLE.COM.", "wWw.eXaMpLe.CoM.", "Www.example.com."}) {
        EXPECT_TRUE(is_answered(frame(DnsQuery{.name = name})));
        EXPECT_TRUE(is_answered(frame(Ipv6{}, DnsQuery{.name = name, .edns = Edns{}})));
    }
}

TEST_F(Hit, HasAnOptIfAndOnlyIfTheQueryHas) {
    EXPECT_TRUE(is_answered(frame(DnsQuery{})));
    EXPECT_TRUE(is_answered(frame(DnsQuery{.edns = Edns{}})));
    EXPECT_TRUE(is_answered(frame(Ipv6{}, DnsQuery{.edns = Edns{.udp_size = 4096}})));
}

// RFC 6891 6.1.4: unknown flags are ignored and not echoed.
TEST_F(Hit, IgnoresUnassignedEdnsFlags) {
    EXPECT_TRUE(is_answered(frame(DnsQuery{.edns = Edns{.flags = 0x7fff}})));
}

TEST_F(Hit, IgnoresACookieWhereThatIsSet) {
    for (const size_t length : {8U, 16U, 24U, 40U}) {
        const Octets cookie = edns_option(FP_EDNS_OPTION_COOKIE, Octets(length, 0xc0));
        EXPECT_TRUE(is_answered(frame(DnsQuery{.edns = Edns{.options = cookie}}))) << length;
        EXPECT_TRUE(is_answered(frame(Ipv6{}, DnsQuery{.edns = Edns{.options = cookie}}))) << length;
    }
}

} // namespace
} // namespace fastpath::test
