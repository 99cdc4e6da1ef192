// SPDX-License-Identifier: Apache-2.0
#include "runner.h"

#include "bpf/counter_map.h"

#include <algorithm>
#include <stdexcept>

namespace fastpath::test {
namespace {

uint64_t count_of(const fp_counters &counters, const Counted &counted) {
    return std::visit(
        [&](auto outcome) {
            if constexpr (std::is_same_v<decltype(outcome), fp_outcome>) {
                return outcome_count(counters, outcome);
            } else {
                return learn_count(counters, outcome);
            }
        },
        counted);
}

class Turn {
  public:
    Turn(BenchPrograms &programs, const Case &subject, uint32_t repeats)
        : programs_(programs), case_(subject), in_run_(std::min(subject.in_one_run.value_or(repeats), repeats)),
          runs_(repeats / in_run_) {}

    Round measure(CaseResult &result) {
        case_.prepare();
        programs_.put(case_.packet);
        const bool is_egress = case_.entrance == Entrance::learn;
        Round round;
        round.restore = of_helper(is_egress ? Entrance::restore_skb : Entrance::restore);
        if (case_.answer) {
            programs_.put_floor(case_.packet, *case_.answer);
            round.floor = of_helper(Entrance::floor) - round.restore;
        }
        round.cost = of_case(result.size_after) - round.restore;
        return round;
    }

  private:
    // In as many runs, so that these cost the same.
    double of_helper(Entrance entrance) {
        double ns = 0;
        for (uint32_t i = 0; i < runs_; i++) {
            ns += programs_.run(entrance, in_run_).ns;
        }
        return ns / runs_ / in_run_;
    }

    double of_case(size_t &size_after) {
        double ns = 0;
        for (uint32_t i = 0; i < runs_; i++) {
            if (case_.before_run) {
                case_.before_run();
            }
            const fp_counters before = product_counters();
            const BenchPrograms::Run run = programs_.run(case_.entrance, in_run_);
            check(run, before, product_counters());
            ns += run.ns;
            size_after = run.size;
        }
        return ns / runs_ / in_run_;
    }

    void check(const BenchPrograms::Run &run, const fp_counters &before, const fp_counters &after) const {
        if (run.verdict != case_.verdict) {
            throw std::runtime_error(case_.name + ": the verdict is " + std::to_string(run.verdict));
        }
        for (const Counted &counted : case_.counts) {
            if (const uint64_t count = count_of(after, counted) - count_of(before, counted); count != in_run_) {
                throw std::runtime_error(case_.name + ": " + std::to_string(count) + " of " + std::to_string(in_run_) +
                                         " repeats were counted as expected");
            }
        }
    }

    BenchPrograms &programs_;
    const Case &case_;
    uint32_t in_run_;
    uint32_t runs_;
};

} // namespace

std::vector<CaseResult> measure(BenchPrograms &programs, const std::vector<Case> &cases, const Amount &amount) {
    std::vector<CaseResult> results;
    results.reserve(cases.size());
    for (const Case &subject : cases) {
        results.push_back({.name = subject.name,
                           .entrance = subject.entrance,
                           .size = subject.packet.octets().size(),
                           .has_floor = subject.answer.has_value()});
    }
    for (uint32_t round = 0; round < amount.rounds; round++) {
        for (size_t i = 0; i < cases.size(); i++) {
            results[i].rounds.push_back(Turn(programs, cases[i], amount.repeats).measure(results[i]));
        }
    }
    return results;
}

} // namespace fastpath::test
