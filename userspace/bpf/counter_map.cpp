// SPDX-License-Identifier: Apache-2.0
#include "bpf/counter_map.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <vector>

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
    constexpr size_t words = sizeof(fp_counters) / sizeof(uint64_t);
    const int cpus = libbpf_num_possible_cpus();
    if (cpus < 0) {
        return fail_errno("cannot count the CPUs", -cpus);
    }
    std::vector<uint64_t> elements(words * static_cast<size_t>(cpus));
    const uint32_t zero = 0;
    if (bpf_map_lookup_elem(map_fd, &zero, elements.data()) != 0) {
        return fail_errno("cannot read the map counters");
    }
    fp_counters sum = {};
    auto *const total = reinterpret_cast<uint64_t *>(&sum);
    for (size_t i = 0; i < elements.size(); i++) {
        total[i % words] += elements[i];
    }
    return sum;
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
