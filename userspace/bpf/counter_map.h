// SPDX-License-Identifier: Apache-2.0
// The map `counters`, summed over the CPUs, and the names of what it counts.
#pragma once

#include "util/result.h"

#include <array>
#include <cstdint>
#include <dns_fastpath/counters.h>

namespace fastpath {

struct OutcomeName {
    const char *name; // of the enum value, without FP_OUT_
    fp_result result;
    const char *reason; // "" where the result says it all
    const char *help;
};

struct CounterName {
    const char *name;
    const char *help;
};

extern const std::array<OutcomeName, FP_OUT_COUNT> outcome_names;
extern const std::array<CounterName, FP_RESULT_COUNT> result_names;
extern const std::array<CounterName, FP_LEARN_COUNT> learn_names;

// Reads the per-CPU elements and adds them up.
Result<fp_counters> read_counters(int map_fd);

inline uint64_t outcome_count(const fp_counters &counters, fp_outcome outcome) {
    return reinterpret_cast<const __u64 *>(&counters)[outcome];
}

inline uint64_t learn_count(const fp_counters &counters, fp_learn_outcome outcome) {
    return reinterpret_cast<const __u64 *>(&counters)[FP_OUT_COUNT + static_cast<size_t>(outcome)];
}

// The sum of all outcomes with this result: the metric queries_total{result}.
uint64_t result_count(const fp_counters &counters, fp_result result);

} // namespace fastpath
