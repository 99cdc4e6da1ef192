// SPDX-License-Identifier: Apache-2.0
// Packets that nobody would send, from a fixed seed: whatever comes, it is counted once, has one of three verdicts, and is
// untouched unless it is answered; and an answer is a well-formed one.
#include "fixture.h"
#include "harness/checksum.h"
#include "harness/difference.h"
#include "harness/expected_answer.h"
#include "harness/program_run.h"
#include "outcome_cases.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <random>
#include <set>

namespace fastpath::test {
namespace {

constexpr size_t packet_count = 40'000;
constexpr std::chrono::seconds time_budget{20}; // an emulated machine makes fewer
constexpr size_t least_packets = 2'000;
constexpr size_t largest = 3000;

// Stands in for rand(): the seed is part of the test.
class Mutator {
  public:
    // `least`: octets, below which BPF_PROG_TEST_RUN does not take a packet for the hook.
    Mutator(std::vector<Packet> seeds, size_t least) : seeds_(std::move(seeds)), least_(least) {}

    // Half of the packets are broken inside the message, where lengths and checksums are right again afterwards.
    Octets next() {
        Packet packet = seeds_[below(seeds_.size())];
        if (below(2) == 0 && !packet.verbatim && std::holds_alternative<Udp>(packet.transport)) {
            Octets message = packet.payload.value_or(packet.dns.octets());
            mutate(message, 0);
            packet.payload = message;
            Octets octets = packet.octets();
            octets.resize(std::max(octets.size(), least_));
            return octets;
        }
        Octets octets = packet.octets();
        mutate(octets, least_);
        return octets;
    }

  private:
    size_t below(size_t bound) { return bound == 0 ? 0 : random_() % bound; }

    void mutate(Octets &octets, size_t least) {
        for (size_t count = 1 + below(4); count > 0; count--) {
            mutate_once(octets);
        }
        octets.resize(std::clamp(octets.size(), least, largest));
    }

    void mutate_once(Octets &octets) {
        const size_t at = below(octets.size());
        const auto place = octets.begin() + static_cast<ptrdiff_t>(at);
        switch (octets.empty() ? 4 : below(6)) {
        case 0: // a bit
            octets[at] ^= static_cast<uint8_t>(1U << below(8));
            break;
        case 1: // an octet that means something somewhere
            octets[at] = interesting_[below(interesting_.size())];
            break;
        case 2: // the end is missing
            octets.resize(at);
            break;
        case 3: // an octet is missing
            octets.erase(place);
            break;
        case 4: { // more octets
            const size_t count = 1 + below(below(8) == 0 ? 600 : 12);
            octets.insert(octets.end(), count, static_cast<uint8_t>(random_()));
            break;
        }
        default: // an octet too many
            octets.insert(place, static_cast<uint8_t>(random_()));
        }
    }

    static constexpr std::array<uint8_t, 12> interesting_{0,    1,    2,    0x11, 0x29, 0x3f,
                                                          0x40, 0x45, 0x80, 0xc0, 0xfe, 0xff};
    std::vector<Packet> seeds_;
    size_t least_;
    std::mt19937 random_{20250801};
};

// Runs `check` on packets until there were enough, or the time is over.
template <class Check> void for_random_packets(Mutator &mutator, Check check) {
    const auto start = std::chrono::steady_clock::now();
    size_t count = 0;
    while (count < packet_count && std::chrono::steady_clock::now() - start < time_budget &&
           !::testing::Test::HasFailure()) {
        check(mutator.next());
        count++;
    }
    EXPECT_GE(count, least_packets);
}

class Random : public FastPath {
  protected:
    void SetUp() override {
        FastPath::SetUp();
        add({.answer = {"www.example.com. 300 IN A 192.0.2.1"}});
        add({.question = "www.example.com. IN TXT",
             .answer = {"www.example.com. 300 IN TXT " + std::string(255, 'x') + " " + std::string(255, 'y')}});
        add({.question = ". IN NS", .answer = {". 300 IN NS a.root-servers.net."}});
    }

    static std::vector<Packet> queries() {
        std::vector<Packet> seeds = {frame(DnsQuery{.edns = Edns{}}), frame(Ipv6{}, DnsQuery{.edns = Edns{}}),
                                     frame(DnsQuery{.name = ".", .qtype = type::ns}, Padding{60}),
                                     frame(DnsQuery{.qtype = type::txt}),
                                     frame(Vlan{}, Vlan{}, Ipv6{}, DnsQuery{.qtype = type::txt, .edns = Edns{}})};
        for (const OutcomeCase &c : outcome_cases()) {
            if (c.packet.octets().size() <= largest) {
                seeds.push_back(c.packet);
            }
        }
        return seeds;
    }
};

bool is_well_formed_reply(const Octets &frame) {
    const std::vector<Field> fields = decode(frame);
    return std::none_of(fields.begin(), fields.end(),
                        [](const Field &field) { return field.name == "octets" || field.name == "padding"; });
}

// Over addresses, protocol, length and datagram: 0 where the checksum in it is right.
bool has_right_udp_checksum(const Octets &frame) {
    size_t l3 = 14;
    while (frame[l3 - 2] == 0x81 || frame[l3 - 2] == 0x88) {
        l3 += 4;
    }
    const bool is_ipv4 = frame[l3] == 0x45;
    const std::span<const uint8_t> datagram = std::span(frame).subspan(l3 + (is_ipv4 ? 20 : 40));
    const std::span<const uint8_t> addresses = std::span(frame).subspan(l3 + (is_ipv4 ? 12 : 8), is_ipv4 ? 8 : 32);
    Checksum sum;
    sum.add(addresses).add(uint16_t{17}).add(static_cast<uint16_t>(datagram.size())).add(datagram);
    const bool ip_is_right = !is_ipv4 || Checksum().add(std::span(frame).subspan(l3, 20)).value() == 0;
    return ip_is_right && sum.value() == 0;
}

TEST_F(Random, IngressCountsEachPacketOnce) {
    Mutator mutator(queries(), 14); // an Ethernet header
    std::set<fp_outcome> reached;
    for_random_packets(mutator, [&](const Octets &packet) {
        const Effect effect = run(packet);
        const auto outcome = effect.outcome();
        ASSERT_TRUE(outcome) << to_hex(packet);
        ASSERT_NE(*outcome, FP_OUT_drop_internal) << to_hex(packet);
        reached.insert(*outcome);
        switch (outcome_names[*outcome].result) {
        case FP_RESULT_hit:
        case FP_RESULT_refused:
            ASSERT_EQ(effect.verdict, XDP_TX) << to_hex(packet);
            ASSERT_TRUE(is_well_formed_reply(effect.packet)) << to_hex(packet) << "\n" << to_hex(effect.packet);
            ASSERT_TRUE(has_right_udp_checksum(effect.packet)) << to_hex(packet) << "\n" << to_hex(effect.packet);
            break;
        case FP_RESULT_dropped:
            ASSERT_EQ(effect.verdict, XDP_DROP) << to_hex(packet);
            break;
        default:
            ASSERT_EQ(effect.verdict, XDP_PASS) << to_hex(packet);
            ASSERT_EQ(difference(packet, effect.packet), "");
        }
    });
    EXPECT_GE(reached.size(), 20U) << "the packets do not go deep enough to test much";
}

TEST_F(Random, EgressLeavesEveryPacketAlone) {
    std::vector<Packet> seeds = queries();
    const Packet query = frame();
    for (const Packet &asked : {query, frame(Ipv6{}), frame(Vlan{})}) {
        seeds.push_back(
            reply_to(asked, expected_answer(asked.dns, {.answer = {"www.example.com. 300 IN A 192.0.2.1"}}, 0)));
    }
    for (int i = 0; i < 6; i++) { // as many answers as queries
        seeds.insert(seeds.end(), 20, seeds[seeds.size() - 3]);
    }
    Mutator mutator(seeds, 54); // with an IPv6 header
    fp_counters before = counters_now();
    for_random_packets(mutator, [&](const Octets &packet) {
        const ProgramRun result = run_tc(loaded().programs.learn(), packet);
        ASSERT_EQ(result.verdict, static_cast<uint32_t>(TC_ACT_UNSPEC)) << to_hex(packet);
        ASSERT_EQ(difference(packet, result.packet), "");
        const fp_counters after = counters_now();
        const fp_counters counted = after - before;
        before = after;
        uint64_t outcomes = 0;
        for (size_t i = 0; i < FP_LEARN_COUNT; i++) {
            outcomes += learn_count(counted, static_cast<fp_learn_outcome>(i));
        }
        ASSERT_LE(outcomes, 1U) << to_hex(packet);
        ASSERT_EQ(learn_count(counted, FP_LEARN_sent), 0U) << to_hex(packet); // nothing was asked
    });
}

} // namespace
} // namespace fastpath::test
