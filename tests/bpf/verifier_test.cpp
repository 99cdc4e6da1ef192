// SPDX-License-Identifier: Apache-2.0
// What the programs cost the verifier. The limit of the kernel is 1,000,000 instructions; another kernel may need several
// times as many for the same program, so the budget is a quarter.
#include "loaded.h"

#include <bpf/bpf.h>
#include <cstdio>
#include <gtest/gtest.h>

namespace fastpath::test {
namespace {

constexpr uint32_t budget = 400000;

uint32_t verified_instructions(int program) {
    bpf_prog_info info = {};
    uint32_t size = sizeof(info);
    EXPECT_EQ(bpf_obj_get_info_by_fd(program, &info, &size), 0);
    return info.verified_insns;
}

// The lines are read by scripts/kernel-matrix.sh.
void expect_within_budget(const char *name, int program) {
    const uint32_t instructions = verified_instructions(program);
    std::printf("VERIFIED %s %u\n", name, instructions);
    EXPECT_GT(instructions, 0U);
    EXPECT_LT(instructions, budget);
}

TEST(Verifier, StaysWithinItsBudget) {
    Programs &programs = Loaded::instance().programs;
    ASSERT_TRUE(programs.load_explain());
    expect_within_budget("fastpath", programs.fastpath());
    expect_within_budget("learn", programs.learn());
    expect_within_budget("explain", programs.explain());
}

} // namespace
} // namespace fastpath::test
