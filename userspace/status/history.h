// SPDX-License-Identifier: Apache-2.0
// History: what was counted at each of the last seconds, so that the page shows rates at once and without a second look. Written by
// the event loop, read by the threads of the metrics server.
#pragma once

#include "metrics/readings.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <dns_fastpath/counters.h>
#include <mutex>
#include <vector>

namespace fastpath {

// Totals at one moment.
struct Moment {
    uint64_t at_ns = 0;                              // CLOCK_MONOTONIC
    std::array<uint64_t, FP_RESULT_COUNT> results{}; // by enum fp_result
    uint64_t ring_lost = 0;
    double unanswered_per_second = 0; // over all upstreams, in the second before
};

Moment moment_of(const fp_counters &counters, const std::vector<Upstream> &upstreams, uint64_t now_ns);

// What network cards have lost to limits of the cloud: see is_allowance().
struct AllowanceLoss {
    std::string interface;
    std::string counter;
    uint64_t packets = 0;

    bool operator==(const AllowanceLoss &) const = default;
};

class History {
  public:
    static constexpr size_t seconds = 120;

    void record(const Moment &moment);
    // Each time with all that there is; what has grown since the last time is a loss of now.
    void record(const std::vector<NicCounters> &nics);

    // The oldest first; the newest may be a second old, or older where the event loop stands still.
    [[nodiscard]] std::vector<Moment> moments() const;
    [[nodiscard]] std::vector<AllowanceLoss> losses() const;

  private:
    mutable std::mutex mutex_;
    std::deque<Moment> moments_;
    std::vector<NicCounters> nics_;
    std::vector<AllowanceLoss> losses_;
};

// "conntrack_allowance_exceeded" and its like (ENA).
bool is_allowance(const std::string &counter);

// Of the last `seconds`, or as many as there are.
double per_second(const std::vector<Moment> &moments, size_t seconds, uint64_t (*total)(const Moment &));

} // namespace fastpath
