// SPDX-License-Identifier: Apache-2.0
// One packet through a loaded program, by BPF_PROG_TEST_RUN.
#pragma once

#include "harness/octets.h"

#include <linux/bpf.h>

namespace fastpath::test {

struct ProgramRun {
    uint32_t verdict;
    Octets packet; // as the program left it
};

// Throws std::system_error where the kernel does not run it.
[[nodiscard]] ProgramRun run_xdp(int program, const Octets &packet);
[[nodiscard]] ProgramRun run_tc(int program, const Octets &packet, __sk_buff context = {});

} // namespace fastpath::test
