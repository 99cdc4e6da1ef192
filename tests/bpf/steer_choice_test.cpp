// SPDX-License-Identifier: Apache-2.0
// Which upstream of a pool: by the name alone; who serves; the near ones first; and another one for a client that asks again.
#include "steer_fixture.h"
#include "steer_order.h"

#include <algorithm>
#include <memory>

namespace fastpath::test {
namespace {

class Choice : public Steering {
  protected:
    // Of 198.18.1.0/24 the near ones, of 198.18.2.0/24 the far ones.
    void add_members(int near, int far) {
        if (near > 0) {
            near_ = world().add_all(addresses_of("198.18.1.", near));
        }
        if (far > 0) {
            far_ = world().add_all(addresses_of("198.18.2.", far), {.tier = 1});
        }
    }

    // Asked again and again by one client, with one port and id.
    void expect_in_turn(const DnsQuery &query, const std::vector<Upstream> &expected) {
        for (size_t i = 0; i < expected.size(); i++) {
            EXPECT_TRUE(steers(frame(query), expected[i])) << "attempt " << i;
        }
    }

    std::vector<Upstream> near_;
    std::vector<Upstream> far_;
};

std::vector<Upstream> concatenated(std::vector<Upstream> first, const std::vector<Upstream> &second) {
    first.insert(first.end(), second.begin(), second.end());
    return first;
}

// So that all hosts send one name to the same upstream, and its cache stays hot.
TEST_F(Choice, ByTheNameAlone) {
    add_members(5, 0);
    const DnsQuery name = query_for_first(near_[3], near_);
    uint16_t port = 1000; // another each time, so that none is a retry
    const auto from = [&](DnsQuery query) { return frame(Udp{.src = port++}, std::move(query)); };
    for (DnsQuery query : {name, DnsQuery{.id = 7, .name = name.name}, DnsQuery{.name = name.name, .qtype = type::aaaa},
                           DnsQuery{.flags = FP_DNS_RD | FP_DNS_CD | FP_DNS_AD, .name = name.name},
                           DnsQuery{.name = name.name, .edns = Edns{.flags = FP_EDNS_DO}}}) {
        EXPECT_TRUE(steers(from(query), near_[3]));
        std::transform(query.name.begin(), query.name.end(), query.name.begin(), ::toupper);
        EXPECT_TRUE(steers(from(query), near_[3]));
    }
    EXPECT_TRUE(steers(frame(Ipv4{.src = "198.18.77.7"}, name), near_[3]));
    EXPECT_TRUE(steers(frame(Ipv4{.dst = other_server_ipv4}, name), near_[3], other_view));
}

TEST_F(Choice, EachMemberHasItsNames) {
    add_members(7, 0);
    for (const Upstream &upstream : near_) {
        for (int i = 0; i < 3; i++) {
            EXPECT_TRUE(steers(frame(query_for_first(upstream, near_, i)), upstream));
        }
    }
}

// A member that is not up, or that an operator takes out, leaves its names to those that follow it in the table.
TEST_F(Choice, WhoDoesNotServeIsSkipped) {
    add_members(4, 1);
    const DnsQuery query = query_for_first(near_[1], near_);
    uint16_t port = 1000;
    const auto goes_to = [&](const Upstream &upstream) { return steers(frame(Udp{.src = port++}, query), upstream); };
    for (const fp_upstream_state state : {FP_UPSTREAM_UNUSED, FP_UPSTREAM_UNKNOWN, FP_UPSTREAM_DOWN}) {
        world().set_state(near_[1], state);
        EXPECT_TRUE(goes_to(near_[2]));
        world().set_state(near_[2], state);
        EXPECT_TRUE(goes_to(near_[3]));
        world().set_state(near_[2], FP_UPSTREAM_UP);
        world().set_state(near_[1], FP_UPSTREAM_UP);
        EXPECT_TRUE(goes_to(near_[1]));
    }
    fp_upstream drained = world().get(near_[1]);
    drained.drained = 1;
    world().set(near_[1], drained);
    EXPECT_TRUE(goes_to(near_[2]));
    drained.drained = 0;
    world().set(near_[1], drained);
    EXPECT_TRUE(goes_to(near_[1]));
}

TEST_F(Choice, TheOtherZoneOnlyWhenTheOwnHasNone) {
    add_members(2, 2);
    const DnsQuery query = query_for_first(far_[1], far_);
    uint16_t port = 1000;
    const auto goes_to = [&](const Upstream &upstream) { return steers(frame(Udp{.src = port++}, query), upstream); };
    EXPECT_TRUE(goes_to(order_for(query, near_)[0]));
    world().set_state(near_[0], FP_UPSTREAM_DOWN);
    EXPECT_TRUE(goes_to(near_[1]));
    world().set_state(near_[1], FP_UPSTREAM_DOWN);
    EXPECT_TRUE(goes_to(far_[1]));
    world().set_state(far_[1], FP_UPSTREAM_DOWN);
    EXPECT_TRUE(goes_to(far_[0]));
    world().set_state(near_[0], FP_UPSTREAM_UP);
    EXPECT_TRUE(goes_to(near_[0]));
}

TEST_F(Choice, APoolWithoutNearOnes) {
    add_members(0, 3);
    EXPECT_TRUE(steers(frame(query_for_first(far_[2], far_)), far_[2]));
}

// The table is of before they went down: the kernel's search looks beyond the entries that follow.
TEST_F(Choice, OneOfManyServes) {
    add_members(FP_MEMBERS_MAX - 20, 0);
    for (const Upstream &upstream : near_) {
        world().set_state(upstream, FP_UPSTREAM_DOWN);
    }
    for (const size_t up : {size_t{0}, near_.size() / 2, near_.size() - 1}) {
        world().set_state(near_[up], FP_UPSTREAM_UP);
        for (int i = 0; i < 20; i++) {
            EXPECT_TRUE(
                steers(frame(DnsQuery{.id = static_cast<uint16_t>(i), .name = std::to_string(i) + "."}), near_[up]));
        }
        world().set_state(near_[up], FP_UPSTREAM_DOWN);
    }
    EXPECT_TRUE(asks_local(frame(), FP_OUT_miss_no_upstream, std::nullopt));
}

TEST_F(Choice, NobodyServes) {
    EXPECT_TRUE(asks_local(frame(), FP_OUT_miss_no_upstream, std::nullopt)); // no table at all
    add_members(2, 1);
    for (const Upstream &upstream : concatenated(near_, far_)) {
        world().set_state(upstream, FP_UPSTREAM_DOWN);
    }
    EXPECT_TRUE(asks_local(frame(), FP_OUT_miss_no_upstream, std::nullopt));
    EXPECT_TRUE(asks_local(frame(Ipv6{}), FP_OUT_miss_no_upstream, std::nullopt));
}

// The near ones, one after the other, then the far ones; and once more from the beginning.
TEST_F(Choice, ARetryGoesToTheNextOne) {
    add_members(3, 2);
    const DnsQuery query = {};
    const std::vector<Upstream> round = concatenated(order_for(query, near_), order_for(query, far_));
    expect_in_turn(query, concatenated(concatenated(round, round), round));
}

TEST_F(Choice, ARetryWhereThereIsNoOtherOne) {
    add_members(1, 0);
    expect_in_turn({}, {near_[0], near_[0], near_[0]});
}

TEST_F(Choice, ARetryPassesOverWhoIsDown) {
    add_members(3, 1);
    const DnsQuery query = {};
    const std::vector<Upstream> order = order_for(query, near_);
    world().set_state(order[1], FP_UPSTREAM_DOWN);
    expect_in_turn(query, {order[0], order[2]});
}

// The far ones before the near one that was asked already.
TEST_F(Choice, ARetryPassesOverWhoWasAsked) {
    add_members(2, 1);
    const std::vector<Upstream> order = order_for({}, near_);
    world().set_state(order[1], FP_UPSTREAM_DOWN);
    expect_in_turn({}, {order[0], far_[0], far_[0], order[0]});
}

// In a real table the same one comes again soon, and has more entries the more it weighs.
TEST_F(Choice, ARetryGoesToTheNextOneThatIsAnother) {
    add_members(3, 0);
    const auto table = std::make_unique<fp_table>();
    table->members = 3;
    std::fill(std::begin(table->entry), std::end(table->entry), near_[0].number);
    const uint32_t at = table_index_of(DnsQuery{}.name_octets());
    ASSERT_LT(at, FP_MAGLEV_SIZE - 32U);
    table->entry[at + 7] = near_[1].number;
    table->entry[at + 31] = near_[2].number; // the last one that is looked at
    for (size_t i = 0; i < near_.size(); i++) {
        table->member[i] = near_[0].number; // so that it is found nowhere else
    }
    world().set_table({}, false, *table);
    expect_in_turn({}, near_);
}

// A name at the end of the table goes on at its beginning.
TEST_F(Choice, AfterTheLastEntryComesTheFirst) {
    add_members(2, 0);
    const auto table = std::make_unique<fp_table>();
    table->members = 1;
    table->member[0] = near_[0].number;
    std::fill(std::begin(table->entry), std::end(table->entry), near_[0].number);
    table->entry[0] = near_[1].number;
    world().set_table({}, false, *table);
    DnsQuery query;
    for (int i = 0; table_index_of(query.name_octets()) < FP_MAGLEV_SIZE - 20; i++) {
        query.name = "host" + std::to_string(i) + ".example.";
    }
    EXPECT_TRUE(steers(frame(query), near_[0]));
    world().set_state(near_[0], FP_UPSTREAM_DOWN);
    query.id++;
    EXPECT_TRUE(steers(frame(query), near_[1]));
}

// Rather the one that was asked before than none.
TEST_F(Choice, ARetryWhereAllOthersAreDown) {
    add_members(3, 1);
    const DnsQuery query = {};
    const std::vector<Upstream> order = order_for(query, near_);
    for (const Upstream &upstream : {order[1], order[2], far_[0]}) {
        world().set_state(upstream, FP_UPSTREAM_DOWN);
    }
    expect_in_turn(query, {order[0], order[0], order[0], order[0], order[0]});
}

// A retry has the same client, port, id and question (RFC 5452 has resolvers change them, stubs repeat what they sent).
TEST_F(Choice, AnotherQueryIsNoRetry) {
    add_members(3, 0);
    const DnsQuery query = {};
    const Upstream first = order_for(query, near_)[0];
    EXPECT_TRUE(steers(frame(query), first));
    EXPECT_TRUE(steers(frame(Ipv4{.src = "198.18.0.7"}, query), first));
    EXPECT_TRUE(steers(frame(Udp{.src = 40001}, query), first));
    EXPECT_TRUE(steers(frame(DnsQuery{.id = 0x1235}), first));
    EXPECT_TRUE(steers(frame(DnsQuery{.qtype = type::aaaa}), first));
    EXPECT_TRUE(steers(frame(DnsQuery{.flags = FP_DNS_RD | FP_DNS_CD}), first));
    EXPECT_TRUE(steers(frame(Ipv4{.dst = other_server_ipv4}, query), first, other_view));
    EXPECT_TRUE(steers(frame(query), order_for(query, near_)[1]));
}

// 0x20 and the size of the buffer may change from one attempt to the next (RFC 6891 6.2.5).
TEST_F(Choice, ARetryMayLookDifferent) {
    add_members(3, 0);
    const std::vector<Upstream> order = order_for({}, near_);
    EXPECT_TRUE(steers(frame(DnsQuery{.edns = Edns{.udp_size = 4096}}), order[0]));
    EXPECT_TRUE(steers(frame(DnsQuery{.name = "wWw.ExAmPlE.cOm.", .edns = Edns{.udp_size = 512}}), order[1]));
    EXPECT_TRUE(steers(frame(DnsQuery{}), order[2]));
}

TEST_F(Choice, OverIpv6ARetryToo) {
    const std::vector<Upstream> members = {world().add("2001:db8:1::1"), world().add("2001:db8:1::2")};
    const std::vector<Upstream> order = order_for({}, members);
    EXPECT_TRUE(steers(frame(Ipv6{}), order[0]));
    EXPECT_TRUE(steers(frame(Ipv6{}), order[1]));
    for (const char *other : {"2001:db8::7", "2001:db8:7::1", "2001:db8:0:0:9::1"}) { // each word of the address counts
        EXPECT_TRUE(steers(frame(Ipv6{.src = other}), order[0])) << other;
    }
}

// As long as an answer is waited for; seconds are what is written down.
// All of an address counts, and each part in its place.
TEST_F(Choice, AnotherIpv6ClientIsNoRetry) {
    const std::vector<Upstream> members = {world().add("2001:db8:1::1"), world().add("2001:db8:1::2")};
    const std::vector<Upstream> order = order_for({}, members);
    for (const char *client :
         {"2001:db8:7::1", "2001:db8:0:7::1", "2001:db8:0:0:7::1", "2001:db8:0:0:0:7::1", "2001:db8:0:0:0:0:7:1"}) {
        EXPECT_TRUE(steers(frame(Ipv6{.src = client}), order[0])) << client;
    }
}

TEST_F(Choice, AfterTheLifeOfItsFlowItIsNoRetry) {
    add_members(3, 0);
    const DnsQuery query = {};
    const std::vector<Upstream> order = order_for(query, near_);
    EXPECT_TRUE(steers(frame(query), order[0]));
    pass(5);
    EXPECT_TRUE(steers(frame(query), order[1]));
    pass(6);
    EXPECT_TRUE(steers(frame(query), order[0]));
    pass(65536 - 1); // the seconds come round again
    EXPECT_TRUE(steers(frame(query), order[0]));
}

} // namespace
} // namespace fastpath::test
