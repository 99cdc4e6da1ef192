// SPDX-License-Identifier: Apache-2.0
#include "metrics/top_names.h"

#include <algorithm>

namespace fastpath {

void TopNames::show(std::uint32_t most) {
    const std::lock_guard lock(mutex_);
    most_ = most;
    top_.reset();
}

Top TopNames::at(std::uint64_t now_ns) {
    const std::lock_guard lock(mutex_);
    if (!top_ || now_ns >= read_ns_ + FP_NSEC_PER_SEC) {
        top_ = read(now_ns);
        read_ns_ = now_ns;
    }
    return *top_;
}

Top TopNames::read(std::uint64_t now_ns) const {
    if (most_ == 0) {
        return {};
    }
    const std::vector<fp_sample> samples = samples_.read(now_ns - std::min(now_ns, std::uint64_t{top_look_back_ns}));
    Top top = top_of(samples, TopOf::names, most_ + std::size_t{1}, now_ns);
    std::erase_if(top.rows, [](const TopRow &row) { return row.subject.empty(); }); // questions that were not read
    top.rows.resize(std::min<std::size_t>(top.rows.size(), most_));
    return top;
}

} // namespace fastpath
