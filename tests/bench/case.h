// SPDX-License-Identifier: Apache-2.0
// A case: one packet, what has to become of it, and in what world. A row of the table.
#pragma once

#include "bench_programs.h"
#include "bench_world.h"

#include <functional>
#include <linux/bpf.h>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace fastpath::test {

// What is counted once for each repeat, or the figure is of something else.
using Counted = std::variant<fp_outcome, fp_learn_outcome>;

struct Case {
    std::string name; // GROUP/WHAT
    Entrance entrance = Entrance::walk;
    RepeatedPacket packet;
    uint32_t verdict = XDP_TX;
    std::vector<Counted> counts{};
    std::optional<Octets> answer{};       // that the floor program can give, too
    std::function<void()> prepare{};      // the world, before a round of this case
    std::function<void()> before_run{};   // what a run uses up
    std::optional<uint32_t> in_one_run{}; // so many repeats
};

// A reflector, and the floor program.
[[nodiscard]] std::vector<Case> floor_cases(BenchWorld &world);
[[nodiscard]] std::vector<Case> hit_cases(BenchWorld &world);
// And who may not ask.
[[nodiscard]] std::vector<Case> miss_cases(BenchWorld &world);
// Steered misses, by how much there is to choose from: routes, upstreams.
[[nodiscard]] std::vector<Case> choice_cases(BenchWorld &world);
// Of upstreams and of the resolver of this host.
[[nodiscard]] std::vector<Case> answer_cases(BenchWorld &world);
// What is none of our business.
[[nodiscard]] std::vector<Case> pass_cases(BenchWorld &world);

} // namespace fastpath::test
