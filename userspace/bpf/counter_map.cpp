// SPDX-License-Identifier: Apache-2.0
#include "bpf/counter_map.h"

#include "bpf/per_cpu_counters.h"

namespace fastpath {

const std::array<OutcomeName, FP_OUT_COUNT> outcome_names = {{
#define FP_X(name, result, reason, help) {#name, FP_RESULT_##result, reason, help},
    FP_OUTCOMES(FP_X)
#undef FP_X
}};

const std::array<CounterName, FP_RESULT_COUNT> result_names = {{
#define FP_X(name, help) {#name, help},
    FP_RESULTS(FP_X)
#undef FP_X
}};

const std::array<CounterName, FP_LEARN_COUNT> learn_names = {{
#define FP_X(name, help) {#name, help},
    FP_LEARN_OUTCOMES(FP_X)
#undef FP_X
}};

Result<fp_counters> read_counters(int map_fd) {
    return PerCpuCounters<fp_counters>::open(map_fd, "counters").and_then([](const auto &map) { return map.sum(0); });
}

uint64_t result_count(const fp_counters &counters, fp_result result) {
    uint64_t sum = 0;
    for (uint32_t outcome = 0; outcome < FP_OUT_COUNT; outcome++) {
        if (outcome_names[outcome].result == result) {
            sum += outcome_count(counters, static_cast<fp_outcome>(outcome));
        }
    }
    return sum;
}

} // namespace fastpath
