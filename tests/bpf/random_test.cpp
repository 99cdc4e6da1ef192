// SPDX-License-Identifier: Apache-2.0
// Packets that nobody would send, from a fixed seed: whatever comes, it is counted once, has one of three verdicts, and is
// untouched unless it is answered; and an answer is a well-formed one.
#include "fixture.h"
#include "frame_sums.h"
#include "harness/difference.h"
#include "harness/expected_answer.h"
#include "harness/program_run.h"
#include "mutator.h"
#include "outcome_cases.h"

#include <algorithm>
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <set>

namespace fastpath::test {
namespace {

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
            if (c.packet.octets().size() <= Mutator::largest) {
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

bool has_right_checksums(const Octets &frame) {
    const FrameSums sums(frame);
    return sums.has_right_ip_checksum() && sums.udp_remainder() == 0;
}

TEST_F(Random, IngressCountsEachPacketOnce) {
    Mutator mutator(queries(), 14); // an Ethernet header
    std::set<fp_outcome> reached;
    mutator.for_packets([&](const Octets &packet) {
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
            ASSERT_TRUE(has_right_checksums(effect.packet)) << to_hex(packet) << "\n" << to_hex(effect.packet);
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
    mutator.for_packets([&](const Octets &packet) {
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
