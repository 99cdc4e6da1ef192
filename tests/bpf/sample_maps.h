// SPDX-License-Identifier: Apache-2.0
// SampleMaps: the maps `samples` and `sampled` without programs, written to as the programs do it.
#pragma once

#include "bpf/mapped_memory.h"
#include "bpf/sample_map.h"
#include "util/unique_fd.h"

#include <bpf/bpf.h>
#include <cstdint>

namespace fastpath::test {

class SampleMaps {
  public:
    static constexpr uint32_t slots = 64;

    [[nodiscard]] SampleMap reader() const { return SampleMap::open(samples_fd_.get(), sampled_fd_.get()).value(); }

    // `fill` writes all but the number.
    template <class Fill> void write(uint64_t number, Fill fill) {
        fp_sample &slot = slot_of(number);
        __atomic_exchange_n(&slot.number, 0, __ATOMIC_SEQ_CST);
        fill(slot);
        __atomic_exchange_n(&slot.number, number, __ATOMIC_SEQ_CST);
    }

    // So many there were.
    void count(uint64_t number) {
        __atomic_store_n(reinterpret_cast<uint64_t *>(sampled_.data()), number, __ATOMIC_RELEASE);
    }

    fp_sample &slot_of(uint64_t number) { return reinterpret_cast<fp_sample *>(samples_.data())[(number - 1) % slots]; }

  private:
    static UniqueFd make_map(uint32_t value_size, uint32_t elements) {
        LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_MMAPABLE);
        return UniqueFd(bpf_map_create(BPF_MAP_TYPE_ARRAY, "test", sizeof(uint32_t), value_size, elements, &options));
    }

    UniqueFd samples_fd_ = make_map(sizeof(fp_sample), slots);
    UniqueFd sampled_fd_ = make_map(sizeof(fp_sampled), 1);
    MappedMemory samples_ = MappedMemory::of_map(samples_fd_.get(), slots * sizeof(fp_sample), "samples").value();
    MappedMemory sampled_ = MappedMemory::of_map(sampled_fd_.get(), sizeof(fp_sampled), "sampled").value();
};

} // namespace fastpath::test
