// SPDX-License-Identifier: Apache-2.0
#include "bpf/open_query_watch.h"

#include <algorithm>

namespace fastpath {

UnansweredByNumber OpenQueryWatch::look(uint64_t now_ns, std::chrono::nanoseconds life) {
    const auto life_ns = static_cast<uint64_t>(life.count());
    const uint64_t since_ns = looked_ns_ == 0 ? 0 : now_ns - looked_ns_;
    UnansweredByNumber unanswered;
    queries_.for_each([&](const fp_open_query_key &, const fp_open_query &query) {
        if (query.outstanding == 0) {
            return;
        }
        const uint64_t age_ns = now_ns - std::min(now_ns, uint64_t{query.asked_ns});
        Unanswered &of = unanswered[query.upstream];
        of.waiting += is_waiting_age(age_ns) ? 1U : 0U;
        of.timeouts += age_ns >= life_ns && age_ns < life_ns + since_ns ? 1U : 0U;
    });
    looked_ns_ = now_ns;
    return unanswered;
}

} // namespace fastpath
