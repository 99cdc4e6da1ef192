// SPDX-License-Identifier: Apache-2.0
// Ports and ids of steered queries: drawn by a generator that nobody can foretell (RFC 5452 9.2), here with a key that the test
// knows, and never one that is taken.
#include "dice.h"
#include "siphash.h"
#include "steer_fixture.h"

#include <algorithm>
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <set>

namespace fastpath::test {
namespace {

// The words that follow in the reference's test of this key: 00 01 02 ... 0f.
constexpr std::array<uint64_t, 2> reference_key{0x0706050403020100, 0x0f0e0d0c0b0a0908};

Octets counting(size_t size) {
    Octets octets;
    while (octets.size() < size) {
        append8(octets, static_cast<uint8_t>(octets.size()));
    }
    return octets;
}

// Of the reference implementation (vectors_sip64), by length of the message; the last one is the paper's own example.
TEST(SipHash, OfTheTestIsTheReference) {
    const std::pair<size_t, uint64_t> vectors[] = {
        {0, 0x726fdb47dd0e0e31}, {1, 0x74f839c593dc67fd}, {2, 0x0d6c8009d9a94f5a},
        {7, 0xab0200f58b01d137}, {8, 0x93f5f5799a932462}, {15, 0xa129ca6149be45e5},
    };
    for (const auto &[size, expected] : vectors) {
        EXPECT_EQ(SipHash(reference_key).of(counting(size)), expected) << size;
    }
}

class Dice : public Steering {
  protected:
    void SetUp() override {
        Steering::SetUp();
        upstream_ = world().add(upstream_ipv4);
    }

    void set_ports(uint16_t first, uint16_t count) {
        fp_settings with_ports = settings();
        with_ports.first_port = first;
        with_ports.ports = count;
        set(with_ports);
    }

    ::testing::AssertionResult draws(const Throw &expected) {
        if (::testing::AssertionResult steered_it = steers(frame(), upstream_); !steered_it) {
            return steered_it;
        }
        if (udp_of(steered().sent).src != expected.port || steered().sent.dns.id != expected.id) {
            return ::testing::AssertionFailure() << "another port or id";
        }
        return ::testing::AssertionSuccess();
    }

    // Somebody else's query has it.
    void take(const Throw &thrown) {
        OpenFlow flow = example_;
        flow.key.port = htons(thrown.port);
        flow.key.id = htons(thrown.id);
        SteeringWorld::put(flow);
    }

    // A flow to the upstream; the numbers change.
    void make_example() {
        example_ = sends(frame(Udp{.src = 999}), upstream_).flow;
        ASSERT_TRUE(comes_home(answer_to(steered()), steered()));
    }

    Upstream upstream_;
    OpenFlow example_{};
};

TEST_F(Dice, SipHashIsTheReference) {
    EXPECT_EQ(Controlled::instance().siphash(reference_key, 0x0706050403020100), 0x93f5f5799a932462);
    for (uint64_t i = 0; i < 100; i++) {
        const std::array<uint64_t, 2> key{i * 0x9e3779b97f4a7c15, ~i};
        const uint64_t word = i << 48 | i * i;
        EXPECT_EQ(Controlled::instance().siphash(key, word), SipHash(key).of(little_endian(word)));
    }
}

TEST_F(Dice, PortAndIdAreThrown) {
    for (int i = 0; i < 50; i++) {
        EXPECT_TRUE(draws(next_throws(settings(), 1)[0]));
    }
}

TEST_F(Dice, EveryPortOfTheRange) {
    for (const auto &[first, count] : {std::pair<uint16_t, uint16_t>{20000, 1}, {1024, 16}, {65535, 1}, {65520, 16}}) {
        set_ports(first, count);
        std::set<uint16_t> ports;
        for (int i = 0; i < 400; i++) { // one of 16 is missing once in 10^10 times
            ASSERT_TRUE(draws(next_throws(settings(), 1)[0]));
            ASSERT_TRUE(comes_home(answer_to(steered()), steered())); // else ids get scarce
            ports.insert(udp_of(steered().sent).src);
        }
        EXPECT_EQ(ports.size(), count);
    }
}

TEST_F(Dice, IdsAreSpread) {
    std::set<uint16_t> ids;
    for (int i = 0; i < 300; i++) {
        ASSERT_TRUE(steers(frame(), upstream_));
        ids.insert(steered().sent.dns.id);
    }
    EXPECT_GT(ids.size(), 290U); // 0.7 of 300 are seen twice on the average
    EXPECT_LT(*ids.begin(), 0x1000);
    EXPECT_GT(*ids.rbegin(), 0xf000);
}

TEST_F(Dice, WhatIsTakenIsThrownAgain) {
    set_ports(20000, 1);
    make_example();
    for (const size_t taken : {1U, 2U, 3U}) {
        const std::vector<Throw> throws = next_throws(settings(), 4);
        std::for_each_n(throws.begin(), taken, [&](const Throw &thrown) { take(thrown); });
        EXPECT_TRUE(draws(throws[taken])) << taken;
    }
}

TEST_F(Dice, AfterFourThrowsTheResolverOfThisHostIsAsked) {
    set_ports(20000, 1);
    make_example();
    const std::vector<Throw> throws = next_throws(settings(), 5);
    std::for_each_n(throws.begin(), 4, [&](const Throw &thrown) { take(thrown); });
    const std::vector<OpenFlow> before = SteeringWorld::flows();
    EXPECT_TRUE(asks_local(frame(DnsQuery{.edns = Edns{.udp_size = 4096}}), FP_OUT_miss_no_flow, std::nullopt));
    EXPECT_EQ(SteeringWorld::flows().size(), before.size());
    EXPECT_TRUE(draws(throws[4]));
}

// Another upstream's, or one from another address of ours, is not in the way.
TEST_F(Dice, TheSameNumbersForAnotherPeer) {
    set_ports(20000, 1);
    make_example();
    const Throw next = next_throws(settings(), 1)[0];
    take(next);
    for (OpenFlow flow : SteeringWorld::flows()) {
        bpf_map_delete_elem(loaded().programs.map("flows"), &flow.key);
        flow.key.upstream.octets[15]++;
        SteeringWorld::put(flow);
    }
    EXPECT_TRUE(draws(next));
}

} // namespace
} // namespace fastpath::test
