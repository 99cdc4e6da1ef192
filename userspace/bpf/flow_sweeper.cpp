// SPDX-License-Identifier: Apache-2.0
#include "bpf/flow_sweeper.h"

#include <algorithm>
#include <bpf/bpf.h>
#include <cerrno>

namespace fastpath {

namespace {

constexpr uint64_t waiting_from_ns = FP_NSEC_PER_SEC / 2;

constexpr uint32_t batch_size = 4096; // more than a bucket of the map ever holds, which a batch must take as a whole

} // namespace

FlowSweeper::FlowSweeper(int flows_fd) : flows_fd_(flows_fd), keys_(batch_size), flows_(batch_size) {}

// `position` is the kernel's: where the next batch begins.
uint32_t FlowSweeper::read_batch(void *position, bool is_first, bool &is_last) {
    uint32_t count = batch_size;
    const int code = bpf_map_lookup_batch(flows_fd_, is_first ? nullptr : position, position, keys_.data(),
                                          flows_.data(), &count, nullptr);
    is_last = code != 0; // ENOENT: this was the rest; anything else: no more today
    return code == 0 || errno == ENOENT ? count : 0;
}

std::map<uint16_t, Unanswered> FlowSweeper::sweep(uint64_t now_ns, std::chrono::nanoseconds life) {
    std::map<uint16_t, Unanswered> unanswered;
    uint64_t position = 0;
    bool is_last = false;
    for (bool is_first = true; !is_last; is_first = false) {
        const uint32_t count = read_batch(&position, is_first, is_last);
        for (uint32_t i = 0; i < count; i++) {
            const uint64_t age_ns = now_ns - std::min(now_ns, uint64_t{flows_[i].asked_ns});
            Unanswered &of = unanswered[flows_[i].upstream];
            of.waiting += age_ns >= waiting_from_ns && age_ns < waiting_from_ns + FP_NSEC_PER_SEC;
            // Gone already: answered at this moment.
            if (age_ns >= static_cast<uint64_t>(life.count()) && bpf_map_delete_elem(flows_fd_, &keys_[i]) == 0) {
                of.timeouts++;
            }
        }
    }
    return unanswered;
}

} // namespace fastpath
