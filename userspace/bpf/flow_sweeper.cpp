// SPDX-License-Identifier: Apache-2.0
#include "bpf/flow_sweeper.h"

#include <algorithm>
#include <bpf/bpf.h>

namespace fastpath {

UnansweredByNumber FlowSweeper::sweep(uint64_t now_ns, std::chrono::nanoseconds life) {
    UnansweredByNumber unanswered;
    flows_.for_each([&](const fp_flow_key &key, const fp_flow &flow) {
        const uint64_t age_ns = now_ns - std::min(now_ns, uint64_t{flow.asked_ns});
        Unanswered &of = unanswered[flow.upstream];
        of.waiting += is_waiting_age(age_ns) ? 1U : 0U;
        // Gone already: answered at this moment.
        if (age_ns >= static_cast<uint64_t>(life.count()) && bpf_map_delete_elem(flows_fd_, &key) == 0) {
            of.timeouts++;
        }
    });
    return unanswered;
}

} // namespace fastpath
