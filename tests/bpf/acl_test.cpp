// SPDX-License-Identifier: Apache-2.0
// Who may not ask: what they get, and that it is not the cache's.
#include "fixture.h"

namespace fastpath::test {
namespace {

class Acl : public FastPath {
  protected:
    void SetUp() override {
        FastPath::SetUp();
        add({.answer = {"www.example.com. 300 IN A 192.0.2.1"}});
    }
};

TEST_F(Acl, RefusedHasTheQuestionAndNothingElse) {
    EXPECT_TRUE(refuses(frame(Ipv4{.src = denied_ipv4})));
    EXPECT_TRUE(refuses(frame(Ipv6{.src = denied_ipv6})));
    EXPECT_TRUE(refuses(frame(Vlan{}, Vlan{}, Ipv6{.src = denied_ipv6})));
}

TEST_F(Acl, RefusedGivesBackIdCaseAndBits) {
    const DnsQuery query = {.id = 0xfedc, .flags = FP_DNS_RD | FP_DNS_CD | FP_DNS_AD, .name = "wWw.ExAmPlE.cOm."};
    EXPECT_TRUE(refuses(frame(Ipv4{.src = denied_ipv4}, Udp{.src = 1}, query)));
}

TEST_F(Acl, RefusedHasAnOptIfAndOnlyIfTheQueryHas) {
    EXPECT_TRUE(refuses(frame(Ipv4{.src = denied_ipv4}, DnsQuery{.edns = Edns{}})));
    EXPECT_TRUE(refuses(frame(Ipv6{.src = denied_ipv6}, DnsQuery{.edns = Edns{.udp_size = 512, .flags = FP_EDNS_DO}})));
    const Octets cookie = edns_option(FP_EDNS_OPTION_COOKIE, Octets(24, 0xc0));
    EXPECT_TRUE(refuses(frame(Ipv4{.src = denied_ipv4}, DnsQuery{.edns = Edns{.options = cookie}})));
}

TEST_F(Acl, RefusedLeavesOutThePadding) {
    EXPECT_TRUE(refuses(frame(Ipv4{.src = denied_ipv4}, DnsQuery{.name = "."}, Padding{60})));
    EXPECT_TRUE(refuses(frame(Ipv4{.src = denied_ipv4}, Padding{1500})));
}

TEST_F(Acl, TheLongestPrefixDecides) {
    EXPECT_TRUE(refuses(frame(Ipv4{.src = "198.18.66.0"})));
    EXPECT_TRUE(refuses(frame(Ipv4{.src = "198.18.66.255"})));
    EXPECT_TRUE(hits(frame(Ipv4{.src = "198.18.65.255"})));
    EXPECT_TRUE(hits(frame(Ipv4{.src = "198.18.67.0"})));
}

TEST_F(Acl, NeighboursOfAnAllowedPrefixAreNotAllowed) {
    EXPECT_TRUE(refuses(frame(Ipv4{.src = "198.17.255.255"})));
    EXPECT_TRUE(refuses(frame(Ipv4{.src = "198.20.0.0"})));
    EXPECT_TRUE(refuses(frame(Ipv6{.src = "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff"})));
}

TEST_F(Acl, DropAndPassDoNotLookAtTheQuery) {
    const Packet query = frame(Ipv4{.src = denied_ipv4});
    set_acl_action(FP_ACL_DROP);
    EXPECT_TRUE(drops(query, FP_OUT_drop_acl));
    set_acl_action(FP_ACL_PASS);
    EXPECT_TRUE(passes(query, FP_OUT_pass_acl));
    set_acl_action(FP_ACL_REFUSE);
    EXPECT_TRUE(refuses(query));
}

// What was read of the rows of a source is kept, for a few sources at a time, by source and address asked.
TEST_F(Acl, EachSourceIsItselfAmongMany) {
    for (int round = 0; round < 2; round++) {
        for (int host = 0; host < 200; host++) {
            ASSERT_TRUE(hits(frame(Ipv4{.src = "198.18.67." + std::to_string(host)})));
            ASSERT_TRUE(refuses(frame(Ipv4{.src = "198.18.66." + std::to_string(host)})));
        }
    }
}

TEST_F(Acl, ASourceIsLookedAtAnewForEachAddressThatItAsks) {
    const auto view = [](uint16_t number) { return fp_listener{.view = number, .pool = 0, .pad = 0}; };
    set_listener(server_ipv4, view(default_view));
    set_listener(other_server_ipv4, view(other_view));
    for (int round = 0; round < 2; round++) {
        EXPECT_TRUE(hits(frame(Ipv4{.dst = server_ipv4})));
        EXPECT_TRUE(misses(frame(Ipv4{.dst = other_server_ipv4}))); // nothing is cached in its view
        EXPECT_TRUE(passes(frame(Ipv4{.dst = "198.18.0.99"}), FP_OUT_other));
    }
}

} // namespace
} // namespace fastpath::test
