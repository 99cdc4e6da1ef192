// SPDX-License-Identifier: Apache-2.0
// By which interface and from which address a query leaves, and where it cannot: then it is passed as it came.
#include "steer_fixture.h"

#include <set>

namespace fastpath::test {
namespace {

class Egress : public Steering {
  protected:
    void SetUp() override {
        Steering::SetUp();
        over_ipv4_ = world().add(upstream_ipv4);
        over_ipv6_ = world().add(upstream_ipv6);
    }

    // Neither family gets out.
    void expect_passed(fp_outcome why) {
        EXPECT_TRUE(asks_local(frame(Ipv4{}), why, std::nullopt));
        EXPECT_TRUE(asks_local(frame(Ipv6{}, DnsQuery{.edns = Edns{.udp_size = 4096}}), why, std::nullopt));
        EXPECT_TRUE(SteeringWorld::flows().empty());
    }

    void say_of_routes(uint32_t result) {
        set_route({.result = result, .ifindex = own_ifindex, .gateway = gateway_mac, .own = leaving_mac});
    }

    Upstream over_ipv4_;
    Upstream over_ipv6_;
};

TEST_F(Egress, OverAnotherInterface) {
    leave_by(other_ifindex);
    EXPECT_TRUE(goes_and_comes(frame(Ipv4{}), over_ipv4_));
    EXPECT_TRUE(goes_and_comes(frame(Ipv6{}, DnsQuery{.edns = Edns{.udp_size = 4096}}), over_ipv6_));
}

// The tags are those of the wire by which it came: another one does not know them, and the way home needs them again.
TEST_F(Egress, OverAnotherInterfaceWithoutTags) {
    leave_by(other_ifindex);
    const Vlan service_tag = {.tci = 0x0fff, .protocol = 0x88a8};
    EXPECT_TRUE(goes_and_comes(frame(Vlan{}, Ipv4{}), over_ipv4_));
    EXPECT_TRUE(goes_and_comes(frame(Vlan{}, Ipv6{}), over_ipv6_));
    EXPECT_TRUE(goes_and_comes(frame(service_tag, Vlan{}, Ipv4{}), over_ipv4_));
    EXPECT_TRUE(goes_and_comes(frame(service_tag, Vlan{}, Ipv6{}, Padding{200}), over_ipv6_));
}

// The packets that follow stay on the wire by which they came.
TEST_F(Egress, OnlyTheQueryItself) {
    leave_by(other_ifindex);
    const Cached &cached = add({.answer = {"www.example.com. 300 IN A 192.0.2.1"}});
    const DnsQuery miss = {.name = "other.example."};
    EXPECT_TRUE(steers(frame(miss), over_ipv4_));
    EXPECT_TRUE(answers(frame(), cached));
    EXPECT_TRUE(steers(frame(Ipv6{}, miss), over_ipv6_));
    EXPECT_TRUE(refuses(frame(Ipv4{.src = denied_ipv4})));
}

// As for a query that came by another interface than the answer.
TEST_F(Egress, HomeOverAnotherInterface) {
    for (const Packet &query : {frame(Ipv4{}), frame(Ipv6{}), frame(Vlan{}, Ipv4{}), frame(Vlan{}, Vlan{}, Ipv6{})}) {
        leave_by(other_ifindex);
        Steered open = sends(query, is_ipv6(query) ? over_ipv6_ : over_ipv4_);
        open.flow.flow.ifindex = strange_ifindex; // clients may be where nobody is steered to
        SteeringWorld::put(open.flow);
        EXPECT_TRUE(comes_home(answer_to(open), open));
    }
}

// An answer may come home with tags that the query did not have.
TEST_F(Egress, TagsOfTheAnswerAreNotTheClients) {
    const Steered open = sends(frame(Vlan{}), over_ipv4_);
    Packet answer = answer_to(open);
    answer.vlans = {Vlan{.tci = 7}, Vlan{.tci = 8}};
    EXPECT_TRUE(comes_home(answer, open));
    const Steered untagged = sends(frame(Ipv6{}), over_ipv6_);
    answer = answer_to(untagged);
    answer.vlans = {Vlan{.tci = 7}};
    EXPECT_TRUE(comes_home(answer, untagged));
}

TEST_F(Egress, NotByAnInterfaceThatIsNotAttached) {
    leave_by(strange_ifindex);
    expect_passed(FP_OUT_miss_no_route);
    EXPECT_TRUE(asks_local(frame(Vlan{}), FP_OUT_miss_no_route, std::nullopt)) << "nor into the client's VLAN";
    EXPECT_TRUE(asks_local(frame(Vlan{}, Vlan{}, Ipv6{}), FP_OUT_miss_no_route, std::nullopt));
}

// The route is over the VLAN interface by which the host sees the client, too.
TEST_F(Egress, OverTheVlanByWhichItCame) {
    world().add_vlan(vlan_ifindex, own_ifindex, 42);
    leave_by(vlan_ifindex);
    EXPECT_TRUE(goes_and_comes(frame(Vlan{.tci = 42}, Ipv4{}), over_ipv4_));
    EXPECT_EQ(source_of(steered().sent), vlan_source_ipv4);
    EXPECT_TRUE(goes_and_comes(frame(Vlan{.tci = 0xe000 | 42}, Ipv6{}), over_ipv6_)); // with a priority
    EXPECT_EQ(source_of(steered().sent), vlan_source_ipv6);
}

// No query is moved from one VLAN to another.
TEST_F(Egress, NotOverAnotherVlan) {
    world().add_vlan(vlan_ifindex, own_ifindex, 42);
    leave_by(vlan_ifindex);
    for (const Packet &query : {frame(), frame(Vlan{.tci = 43}), frame(Vlan{.tci = 0}, Ipv6{}),
                                frame(Vlan{.tci = 42}, Vlan{.tci = 42}), frame(Vlan{.tci = 42 | 0x0800}, Ipv6{})}) {
        EXPECT_TRUE(asks_local(query, FP_OUT_miss_no_route, std::nullopt));
    }
    world().add_vlan(vlan_ifindex, other_ifindex, 42); // of another wire
    EXPECT_TRUE(asks_local(frame(Vlan{.tci = 42}), FP_OUT_miss_no_route, std::nullopt));
}

TEST_F(Egress, NotWithoutARoute) {
    for (uint32_t result = BPF_FIB_LKUP_RET_BLACKHOLE; result <= BPF_FIB_LKUP_RET_FRAG_NEEDED; result++) {
        if (result != BPF_FIB_LKUP_RET_NO_NEIGH) {
            say_of_routes(result);
            expect_passed(FP_OUT_miss_no_route);
        }
    }
    say_of_routes(static_cast<uint32_t>(-EINVAL)); // an error of the helper
    expect_passed(FP_OUT_miss_no_route);
}

TEST_F(Egress, NotToANeighbourThatIsNotKnown) {
    say_of_routes(BPF_FIB_LKUP_RET_NO_NEIGH);
    expect_passed(FP_OUT_miss_no_neighbour);
}

// Kernels that do not look at the state of a neighbour give the address of one that never answered: none.
TEST_F(Egress, NotToANeighbourWithoutAnAddress) {
    set_route({.ifindex = own_ifindex, .gateway = {}, .own = leaving_mac});
    expect_passed(FP_OUT_miss_no_neighbour);
    for (size_t octet = 0; octet < 6; octet++) {
        Mac gateway{};
        gateway[octet] = 2;
        set_route({.ifindex = own_ifindex, .gateway = gateway, .own = leaving_mac});
        EXPECT_TRUE(steers(frame(), over_ipv4_)) << octet;
    }
}

TEST_F(Egress, NotWithoutAnAddressOfTheFamily) {
    world().set_sources(own_ifindex, {}, {});
    expect_passed(FP_OUT_miss_no_source);
    world().set_sources(own_ifindex, {source_ipv4}, {});
    EXPECT_TRUE(steers(frame(Ipv4{}), over_ipv4_));
    EXPECT_TRUE(asks_local(frame(Ipv6{}), FP_OUT_miss_no_source, std::nullopt));
    world().set_sources(own_ifindex, {}, {source_ipv6});
    EXPECT_TRUE(asks_local(frame(Ipv4{}), FP_OUT_miss_no_source, std::nullopt));
    EXPECT_TRUE(steers(frame(Ipv6{}), over_ipv6_));
}

// RFC 5452 9.2: the more of them, the harder an answer is to forge.
TEST_F(Egress, FromEachOfSeveralAddresses) {
    std::vector<std::string> ipv4;
    std::vector<std::string> ipv6;
    for (size_t count = 1; count <= FP_SOURCES_MAX; count++) {
        ipv4.push_back("198.18.7." + std::to_string(count));
        ipv6.push_back("2001:db8:7::" + std::to_string(count));
        if (count != 2 && count != 3 && count != FP_SOURCES_MAX) {
            continue;
        }
        world().set_sources(own_ifindex, ipv4, ipv6);
        std::set<std::string> used;
        for (int i = 0; i < 200; i++) { // with 16, one is missing once in 25,000 times
            ASSERT_TRUE(goes_and_comes(frame(Ipv4{}), over_ipv4_));
            used.insert(source_of(steered().sent));
            ASSERT_TRUE(goes_and_comes(frame(Ipv6{}), over_ipv6_));
            used.insert(source_of(steered().sent));
        }
        EXPECT_EQ(used.size(), 2 * count);
    }
}

// So that a query that two hosts steer to each other ends.
TEST_F(Egress, NotWithTheLastHop) {
    for (const uint8_t hops : std::initializer_list<uint8_t>{0, 1}) {
        EXPECT_TRUE(asks_local(frame(Ipv4{.ttl = hops}), FP_OUT_miss_hop_limit, std::nullopt));
        EXPECT_TRUE(asks_local(frame(Ipv6{.hop_limit = hops}), FP_OUT_miss_hop_limit, std::nullopt));
    }
    EXPECT_TRUE(SteeringWorld::flows().empty());
}

} // namespace
} // namespace fastpath::test
