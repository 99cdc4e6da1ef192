// SPDX-License-Identifier: Apache-2.0
// PerCpuCounters: the elements of a per-CPU array of counters, each summed over the CPUs. `Counters` is a struct of __u64 and nothing
// else.
#pragma once

#include "util/result.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace fastpath {

template <class Counters> class PerCpuCounters {
  public:
    // The descriptor stays its owner's. The name is for errors.
    static Result<PerCpuCounters> open(int map_fd, const char *map_name) {
        const int cpus = libbpf_num_possible_cpus();
        if (cpus < 0) {
            return fail_errno("cannot count the CPUs", -cpus);
        }
        return PerCpuCounters(map_fd, map_name, words * static_cast<std::size_t>(cpus));
    }

    [[nodiscard]] Result<Counters> sum(std::uint32_t key) const {
        std::vector<std::uint64_t> all(words_of_all_);
        if (bpf_map_lookup_elem(map_fd_, &key, all.data()) != 0) {
            return fail_errno(std::string("cannot read the map ") + map_name_);
        }
        Counters sum = {};
        auto *const total = reinterpret_cast<std::uint64_t *>(&sum);
        for (std::size_t i = 0; i < all.size(); i++) {
            total[i % words] += all[i];
        }
        return sum;
    }

    [[nodiscard]] Result<> clear(std::uint32_t key) const {
        const std::vector<std::uint64_t> zeros(words_of_all_);
        if (bpf_map_update_elem(map_fd_, &key, zeros.data(), BPF_ANY) != 0) {
            return fail_errno("cannot clear element " + std::to_string(key) + " of the map " + map_name_);
        }
        return {};
    }

  private:
    static constexpr std::size_t words = sizeof(Counters) / sizeof(std::uint64_t);
    static_assert(sizeof(Counters) % sizeof(std::uint64_t) == 0);

    PerCpuCounters(int map_fd, const char *map_name, std::size_t words_of_all)
        : map_fd_(map_fd), map_name_(map_name), words_of_all_(words_of_all) {}

    int map_fd_;
    const char *map_name_;
    std::size_t words_of_all_; // CPUs together
};

} // namespace fastpath
