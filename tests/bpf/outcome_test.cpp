// SPDX-License-Identifier: Apache-2.0
// Every row of FP_OUTCOMES has its packets, and each of them ends there and nowhere else.
#include "outcome_cases.h"

#include <algorithm>
#include <linux/bpf.h>

namespace fastpath::test {
namespace {

class Outcome : public FastPath, public ::testing::WithParamInterface<OutcomeCase> {};

TEST_P(Outcome, IsCountedOnce) {
    const OutcomeCase &c = GetParam();
    c.prepare(*this);
    switch (outcome_names[c.outcome].result) {
    case FP_RESULT_hit: {
        const Effect effect = run(c.packet.octets()); // what the answer looks like is the other suites' business
        EXPECT_EQ(effect.verdict, XDP_TX);
        EXPECT_EQ(effect.outcome(), c.outcome);
        break;
    }
    case FP_RESULT_refused:
        EXPECT_TRUE(refuses(c.packet));
        break;
    case FP_RESULT_dropped:
        EXPECT_TRUE(drops(c.packet, c.outcome));
        break;
    default:
        EXPECT_TRUE(passes(c.packet, c.outcome));
    }
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
