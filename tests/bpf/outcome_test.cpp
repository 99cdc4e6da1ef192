// SPDX-License-Identifier: Apache-2.0
// Every row of FP_OUTCOMES has its packets, and each of them ends there and nowhere else.
#include "outcome_cases.h"

#include <algorithm>
#include <linux/bpf.h>

namespace fastpath::test {
namespace {

class Outcome : public FastPath, public ::testing::WithParamInterface<OutcomeCase> {
  protected:
    ::testing::AssertionResult ends_in(fp_outcome outcome, const Packet &packet) {
        if (outcome == FP_OUT_miss_steered) {
            return hits(packet, outcome);
        }
        switch (outcome_names[outcome].result) {
        case FP_RESULT_hit: // what the answer looks like is the other suites' business
        case FP_RESULT_stale:
        case FP_RESULT_answer:
            return hits(packet, outcome);
        case FP_RESULT_refused:
            return refuses(packet);
        case FP_RESULT_dropped:
        case FP_RESULT_answer_dropped:
            return drops(packet, outcome);
        default:
            return passes(packet, outcome);
        }
    }
};

TEST_P(Outcome, IsCountedOnce) {
    const OutcomeCase &c = GetParam();
    c.prepare(*this);
    EXPECT_TRUE(ends_in(c.outcome, c.packet));
}

// Octets behind the IP datagram are the link's: they change nothing, and go up with the packet.
TEST_P(Outcome, IsTheSameWithOctetsBehindTheDatagram) {
    const OutcomeCase &c = GetParam();
    c.prepare(*this);
    Packet packet = c.packet;
    if (packet.verbatim) {
        return; // cut within its headers: there is no "behind"
    }
    packet.padding = {.frame_size = packet.octets().size() + 7};
    EXPECT_TRUE(ends_in(c.outcome, packet));
}

INSTANTIATE_TEST_SUITE_P(All, Outcome, ::testing::ValuesIn(outcome_cases()), [](const auto &test) {
    return std::string(outcome_names[test.param.outcome].name) + "__" + test.param.what;
});

TEST(OutcomeTable, EveryRowHasAPacket) {
    for (size_t outcome = 0; outcome < FP_OUT_COUNT; outcome++) {
        const bool has_case = std::any_of(outcome_cases().begin(), outcome_cases().end(),
                                          [&](const OutcomeCase &c) { return c.outcome == outcome; });
        EXPECT_TRUE(has_case) << "no packet in outcome_cases.cpp for " << outcome_names[outcome].name;
    }
}

} // namespace
} // namespace fastpath::test
