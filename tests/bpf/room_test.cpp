// SPDX-License-Identifier: Apache-2.0
// Packet buffers with little room: an answer grows at the tail, else at the head, else the query is passed as it came.
#include "fixture.h"

namespace fastpath::test {
namespace {

constexpr uint32_t growth = 16; // of www without EDNS: pointer, type, class, TTL, length, address

const ResponseText www = {.answer = {"www.example.com. 300 IN A 192.0.2.1"}};

ResponseText twenty_addresses() {
    ResponseText response;
    for (int i = 0; i < 20; i++) {
        response.answer.push_back("www.example.com. 300 IN A 192.0.2." + std::to_string(i));
    }
    return response;
}

class TightRoom : public FastPath {};

TEST_F(TightRoom, GrowsAtTheTail) {
    set_room({.tail = growth, .head = 0});
    const Cached &cached = add(www);
    EXPECT_TRUE(answers(frame(), cached));
    EXPECT_TRUE(answers(frame(Ipv6{}), cached));
}

TEST_F(TightRoom, GrowsAtTheHeadWhereTheTailDoesNot) {
    set_room({.tail = growth - 1, .head = growth});
    const Cached &cached = add(www);
    EXPECT_TRUE(answers(frame(), cached));
    EXPECT_TRUE(answers(frame(Vlan{}), cached));
    EXPECT_TRUE(answers(frame(Ipv6{}), cached));
    EXPECT_TRUE(answers(frame(Vlan{}, Vlan{}, Ipv6{}), cached));
    EXPECT_TRUE(answers(frame(DnsQuery{.edns = Edns{}}), cached));
}

TEST_F(TightRoom, MovesTheLongestHeadersToo) {
    set_room({.tail = 0, .head = UINT32_MAX});
    const std::string label(63, 'a');
    const std::string name = label + "." + label + "." + label + "." + std::string(61, 'a') + ".";
    const Cached &cached = add({.question = name + " IN A", .answer = {name + " 300 IN A 192.0.2.1"}});
    EXPECT_TRUE(answers(frame(DnsQuery{.name = name}), cached));
    EXPECT_TRUE(answers(frame(Vlan{}, Vlan{}, Ipv6{}, DnsQuery{.name = name, .edns = Edns{}}), cached));
}

TEST_F(TightRoom, PassesTheQueryAsItCameWhereNeitherEndGrows) {
    set_room({.tail = growth - 1, .head = growth - 1});
    add(www);
    EXPECT_TRUE(passes(frame(), FP_OUT_pass_no_room));
    EXPECT_TRUE(passes(frame(Vlan{}, Ipv6{}), FP_OUT_pass_no_room));
    EXPECT_TRUE(passes(frame(DnsQuery{.edns = Edns{}}), FP_OUT_pass_no_room));
}

// More than the head has room for: it takes its share, the tail the rest.
TEST_F(TightRoom, GrowsAtBothEnds) {
    const uint32_t head_share = 208; // FP_HEAD_SHARE
    const uint32_t rest = 20 * growth - head_share;
    set_room({.tail = rest, .head = head_share});
    const Packet query = frame(DnsQuery{.edns = Edns{}});
    const Cached &cached = add(twenty_addresses());
    EXPECT_TRUE(answers(query, cached));
    EXPECT_TRUE(answers(frame(Vlan{}, Vlan{}, Ipv6{}, DnsQuery{.edns = Edns{}}), cached));
    set_room({.tail = rest - 1, .head = head_share});
    EXPECT_TRUE(passes(query, FP_OUT_pass_no_room));
    set_room({.tail = rest, .head = head_share - 1}); // the tail has grown when the head does not
    EXPECT_TRUE(passes(query, FP_OUT_pass_no_room));
}

// The kernel's own refusal: there are 256 octets before a packet, and it needs some of them.
TEST_F(TightRoom, TheShareOfTheHeadIsWhatTheKernelGives) {
    set_room({.tail = 20 * growth - 208, .head = UINT32_MAX});
    const Cached &cached = add(twenty_addresses());
    EXPECT_TRUE(answers(frame(), cached));
}

TEST_F(TightRoom, PaddingIsRoom) {
    set_room({.tail = 0, .head = 0});
    const Cached &cached = add(www);
    const size_t size = frame().octets().size();
    EXPECT_TRUE(answers(frame(Padding{size + growth}), cached));
    EXPECT_TRUE(passes(frame(Padding{size + growth - 1}), FP_OUT_pass_no_room));
}

// What gets shorter needs none: a cookie that is left out makes room for an address.
TEST_F(TightRoom, WhatTheQueryDoesNotNeedIsRoom) {
    set_room({.tail = 0, .head = 0});
    const Cached &cached = add(www);
    const Octets cookie = edns_option(FP_EDNS_OPTION_COOKIE, Octets(24, 0xc0)); // 28 octets
    EXPECT_TRUE(answers(frame(DnsQuery{.edns = Edns{.options = cookie}}), cached));
}

TEST_F(TightRoom, RefusedNeedsNone) {
    set_room({.tail = 0, .head = 0});
    EXPECT_TRUE(refuses(frame(Ipv4{.src = denied_ipv4})));
    EXPECT_TRUE(refuses(frame(Ipv4{.src = denied_ipv4}, DnsQuery{.edns = Edns{}})));
}

} // namespace
} // namespace fastpath::test
