// SPDX-License-Identifier: Apache-2.0
// SilenceDetector: what goes unanswered.
#include "upstream/silence.h"

namespace fastpath {

std::optional<Silence> SilenceDetector::observe(uint64_t queries, uint64_t responses, uint64_t now_ns) {
    if (!has_begun_ || responses != responses_ || queries < queries_) {
        begin(queries, responses);
        return std::nullopt;
    }
    if (queries > queries_ && observations_++ == 0) {
        first_ns_ = now_ns;
    }
    queries_ = queries;
    const Silence silence = {.queries = queries - begun_at_, .for_ns = now_ns - first_ns_};
    const bool is_spread = observations_ >= silent_observations || silence.queries >= silent_burst;
    if (observations_ == 0 || silence.queries < silent_queries || !is_spread || silence.for_ns < silent_for_ns) {
        return std::nullopt;
    }
    begin(queries, responses);
    return silence;
}

void SilenceDetector::begin(uint64_t queries, uint64_t responses) {
    has_begun_ = true;
    responses_ = responses;
    queries_ = begun_at_ = queries;
    observations_ = 0;
}

} // namespace fastpath
