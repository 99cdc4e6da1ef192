// SPDX-License-Identifier: Apache-2.0
#include "bpf/sample_map.h"

#include <algorithm>
#include <bpf/bpf.h>
#include <cstring>

namespace fastpath {

Result<SampleMap> SampleMap::open(int samples_fd, int sampled_fd) {
    bpf_map_info info = {};
    std::uint32_t size = sizeof(info);
    if (bpf_obj_get_info_by_fd(samples_fd, &info, &size) != 0) {
        return fail_errno("cannot read the properties of the map samples");
    }
    Result<MappedMemory> samples =
        MappedMemory::of_map(samples_fd, std::size_t{info.max_entries} * sizeof(fp_sample), "samples");
    if (!samples) {
        return tl::unexpected(samples.error());
    }
    Result<MappedMemory> sampled = MappedMemory::of_map(sampled_fd, sizeof(fp_sampled), "sampled");
    if (!sampled) {
        return tl::unexpected(sampled.error());
    }
    return SampleMap(std::move(*samples), std::move(*sampled), info.max_entries);
}

std::uint64_t SampleMap::samples_taken() const {
    const auto *const sampled = reinterpret_cast<const fp_sampled *>(sampled_.data());
    return __atomic_load_n(&sampled->samples, __ATOMIC_ACQUIRE);
}

// The number goes to 0 before the rest is written and to its value afterwards: where it is the same before and behind the copy, the
// copy is whole.
bool SampleMap::copy(std::uint64_t number, fp_sample &sample) const {
    const auto *const slots = reinterpret_cast<const fp_sample *>(samples_.data());
    const fp_sample &slot = slots[(number - 1) % slots_];
    if (__atomic_load_n(&slot.number, __ATOMIC_ACQUIRE) != number) {
        return false;
    }
    std::memcpy(&sample, &slot, sizeof(sample));
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    return __atomic_load_n(&slot.number, __ATOMIC_RELAXED) == number;
}

std::vector<fp_sample> SampleMap::read(std::uint64_t since_ns) const {
    std::vector<fp_sample> found;
    const std::uint64_t last = samples_taken();
    const std::uint64_t first = last > slots_ ? last - slots_ + 1 : 1;
    fp_sample sample = {};
    // From the newest back. CPUs may take numbers and the time in another order, by less than this.
    constexpr std::uint64_t slack_ns = FP_NSEC_PER_SEC;
    for (std::uint64_t number = last; number >= first; number--) {
        if (!copy(number, sample)) {
            continue;
        }
        if (sample.seen_ns >= since_ns) {
            found.push_back(sample);
        } else if (sample.seen_ns + slack_ns < since_ns) {
            break;
        }
    }
    std::reverse(found.begin(), found.end());
    return found;
}

} // namespace fastpath
