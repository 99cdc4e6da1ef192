// SPDX-License-Identifier: Apache-2.0
// SilenceDetector: from the counters of queries and answers of one upstream to the moment when it does not answer any more.
// Sooner than probes say so, and also where it answers those. Pure; times are CLOCK_MONOTONIC ns.
#pragma once

#include <cstdint>
#include <optional>

namespace fastpath {

// Queries without an answer to any of them.
struct Silence {
    uint64_t queries = 0;
    uint64_t for_ns = 0; // since the first of them

    bool operator==(const Silence &) const = default;
};

// Names that are cached nowhere may take seconds each, and then nobody is at fault; so that one page full of them is not taken for
// silence, it takes some queries, of several moments, and more time than most names need. Where an upstream has a share of the
// traffic worth the name, one of them would have been answered from its cache.
inline constexpr uint64_t silent_queries = 8;      // at least
inline constexpr uint64_t silent_observations = 3; // with new queries, at least,
inline constexpr uint64_t silent_burst =
    64; // or this many: clients that wait for their answers send no more queries, which must not hide it
inline constexpr uint64_t silent_for_ns =
    500'000'000; // since the first: seen within a second, as are queries lost to it
inline constexpr uint64_t observe_every_ns = 100'000'000;

class SilenceDetector {
  public:
    // Totals of one address, over all pools that it is in, every observe_every_ns. A total that falls is a new beginning. Says
    // that it is silent once, and then again when as much has gone unanswered anew.
    std::optional<Silence> observe(uint64_t queries, uint64_t responses, uint64_t now_ns);

  private:
    void begin(uint64_t queries, uint64_t responses);

    bool has_begun_ = false;
    uint64_t responses_ = 0;
    uint64_t queries_ = 0;      // by the last observation
    uint64_t begun_at_ = 0;     // queries when the last response was seen
    uint64_t observations_ = 0; // with new queries since then
    uint64_t first_ns_ = 0;     // the first of those
};

} // namespace fastpath
