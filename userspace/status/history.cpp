// SPDX-License-Identifier: Apache-2.0
#include "status/history.h"

#include "bpf/counter_map.h"

#include <algorithm>
#include <string_view>

namespace fastpath {

namespace {

constexpr double ppm = 1e-6;
constexpr double ns_per_second = 1e9;

const NicCounters *find(const std::vector<NicCounters> &nics, const std::string &interface) {
    const auto found =
        std::find_if(nics.begin(), nics.end(), [&](const NicCounters &nic) { return nic.interface == interface; });
    return found == nics.end() ? nullptr : &*found;
}

std::vector<AllowanceLoss> losses_between(const std::vector<NicCounters> &before, const std::vector<NicCounters> &now) {
    std::vector<AllowanceLoss> losses;
    for (const NicCounters &nic : now) {
        const NicCounters *const earlier = find(before, nic.interface);
        if (earlier == nullptr) {
            continue;
        }
        for (const auto &[counter, value] : nic.counters) {
            const auto was = earlier->counters.find(counter);
            if (is_allowance(counter) && was != earlier->counters.end() && value > was->second) {
                losses.push_back({nic.interface, counter, value - was->second});
            }
        }
    }
    return losses;
}

} // namespace

bool is_allowance(const std::string &counter) {
    return counter.ends_with("_allowance_exceeded");
}

Moment moment_of(const fp_counters &counters, const std::vector<Upstream> &upstreams, uint64_t now_ns) {
    Moment moment;
    moment.at_ns = now_ns;
    for (uint32_t result = 0; result < FP_RESULT_COUNT; result++) {
        moment.results[result] = result_count(counters, static_cast<fp_result>(result));
    }
    moment.ring_lost = counters.learn_lost + counters.refresh_lost;
    for (const Upstream &upstream : upstreams) {
        moment.unanswered_per_second += upstream.record.unanswered_ppm * ppm * upstream.record.queries_per_second;
    }
    return moment;
}

void History::record(const Moment &moment) {
    const std::lock_guard lock(mutex_);
    moments_.push_back(moment);
    if (moments_.size() > seconds + 1) {
        moments_.pop_front();
    }
}

void History::record(const std::vector<NicCounters> &nics) {
    const std::lock_guard lock(mutex_);
    losses_ = losses_between(nics_, nics);
    nics_ = nics;
}

std::vector<Moment> History::moments() const {
    const std::lock_guard lock(mutex_);
    return {moments_.begin(), moments_.end()};
}

std::vector<AllowanceLoss> History::losses() const {
    const std::lock_guard lock(mutex_);
    return losses_;
}

double per_second(const std::vector<Moment> &moments, size_t seconds, uint64_t (*total)(const Moment &)) {
    if (moments.size() < 2) {
        return 0;
    }
    const Moment &last = moments.back();
    const Moment &first = moments[moments.size() - 1 - std::min(seconds, moments.size() - 1)];
    const uint64_t counted = total(last) - std::min(total(first), total(last));
    const auto elapsed = static_cast<double>(last.at_ns - first.at_ns) / ns_per_second;
    return elapsed > 0 ? static_cast<double>(counted) / elapsed : 0;
}

} // namespace fastpath
