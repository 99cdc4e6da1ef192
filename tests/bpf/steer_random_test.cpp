// SPDX-License-Identifier: Apache-2.0
// Packets that nobody would send, while misses are steered and answers are on their way: each is counted once; what is passed is
// untouched; what goes on is the same message with sums that are as right, or as wrong, as they were.
#include "frame_sums.h"
#include "harness/difference.h"
#include "mutator.h"
#include "outcome_cases.h"
#include "steer_fixture.h"

#include <linux/bpf.h>
#include <set>

namespace fastpath::test {
namespace {

class SteeredRandom : public Steering {
  protected:
    void SetUp() override {
        Steering::SetUp();
        use_zone_routes();
        const Upstream over_ipv4 = world().add(upstream_ipv4);
        const Upstream over_ipv6 = world().add(upstream_ipv6);
        world().add_to({.pool = 1}, over_ipv4);
        world().route_zone("example.com.", 1);
        for (const char *address : {upstream_ipv4, upstream_ipv6}) {
            set_client(address, {.allowed = 1, .is_upstream = 1, .view = FP_VIEW_NONE, .pool = FP_POOL_NONE, .pad = 0});
        }
        const DnsQuery other = {.name = "www.example.net.", .edns = Edns{}};
        open_ = {sends(frame(Ipv4{}), over_ipv4), sends(frame(Ipv6{}, other), over_ipv6),
                 sends(frame(Vlan{}, Ipv4{}, other), over_ipv4)};
    }

    [[nodiscard]] std::vector<Packet> seeds() const {
        std::vector<Packet> packets;
        for (const OutcomeCase &c : outcome_cases()) {
            if (c.packet.octets().size() <= Mutator::largest) {
                packets.push_back(c.packet);
            }
        }
        for (const Steered &query : open_) { // as many as of the others
            packets.insert(packets.end(), 30, query.query);
            packets.insert(packets.end(), 60, answer_to(query));
            packets.insert(packets.end(), 20,
                           Packet{.verbatim = icmp_about(query.sent, is_ipv6(query.sent) ? 1 : 3, 4)});
        }
        return packets;
    }

    std::vector<Steered> open_;
};

// Behind the id of the message only the payload size of its OPT may change.
bool is_same_message(const Octets &before, const Octets &after, size_t udp_at_before, size_t udp_at_after) {
    const auto rest_before = std::span(before).subspan(udp_at_before + 10);
    const auto rest_after = std::span(after).subspan(udp_at_after + 10);
    if (rest_before.size() != rest_after.size()) {
        return false;
    }
    size_t different = 0;
    for (size_t i = 0; i < rest_before.size(); i++) {
        different += rest_before[i] != rest_after[i] ? 1U : 0U;
    }
    return different <= 2;
}

std::string what_is_wrong(const Octets &before, const Octets &after) {
    const FrameSums came(before);
    const FrameSums went(after);
    if (!is_same_message(before, after, came.udp_at(), went.udp_at())) {
        return "another message";
    }
    if (!went.has_right_ip_checksum() || went.hops() != std::max(came.hops() - 1, 1)) {
        return "IP checksum or hops";
    }
    if (came.is_ipv4() && came.udp_checksum() == 0) {
        return went.udp_checksum() == 0 ? "" : "a UDP checksum where there was none";
    }
    const uint16_t expected = came.is_half_done() ? uint16_t{0} : came.udp_remainder();
    return went.udp_remainder() == expected ? "" : "UDP checksum";
}

TEST_F(SteeredRandom, EachPacketIsCountedOnce) {
    Mutator mutator(seeds(), 14); // an Ethernet header
    std::set<fp_outcome> reached;
    mutator.for_packets([&](const Octets &packet) {
        for (const Steered &query : open_) {
            SteeringWorld::put(query.flow);
        }
        const Effect effect = run(packet);
        const auto outcome = effect.outcome();
        ASSERT_TRUE(outcome) << to_hex(packet);
        ASSERT_NE(*outcome, FP_OUT_drop_internal) << to_hex(packet);
        reached.insert(*outcome);
        switch (effect.verdict) {
        case XDP_TX:
            if (*outcome == FP_OUT_miss_steered || *outcome == FP_OUT_answered) {
                ASSERT_EQ(what_is_wrong(packet, effect.packet), "") << to_hex(packet) << "\n" << to_hex(effect.packet);
            } else {
                ASSERT_EQ(*outcome, FP_OUT_refused) << to_hex(packet);
            }
            break;
        case XDP_PASS:
            ASSERT_EQ(difference(packet, effect.packet), "") << outcome_names[*outcome].name;
            break;
        default:
            ASSERT_EQ(effect.verdict, XDP_DROP) << to_hex(packet);
            ASSERT_EQ(outcome_names[*outcome].result, FP_RESULT_answer_dropped) << to_hex(packet);
        }
    });
    for (const fp_outcome outcome :
         {FP_OUT_miss_steered, FP_OUT_answered, FP_OUT_drop_unasked, FP_OUT_drop_question, FP_OUT_drop_answer,
          FP_OUT_drop_icmp, FP_OUT_miss_from_upstream, FP_OUT_other, FP_OUT_refused}) {
        EXPECT_TRUE(reached.contains(outcome)) << outcome_names[outcome].name;
    }
}

} // namespace
} // namespace fastpath::test
