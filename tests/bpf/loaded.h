// SPDX-License-Identifier: Apache-2.0
// Loaded: the product's BPF object with maps of its own, unpinned, and the answer cache on top; one for the whole test
// program, because a verifier takes its time, under emulation above all.
#pragma once

#include "bpf/answer_maps.h"
#include "bpf/programs.h"
#include "cache/answer_table.h"

struct bpf_object;

namespace fastpath::test {

inline constexpr uint32_t bucket_count = 1024;
inline constexpr uint32_t max_entries = 400;

struct Loaded {
    Programs programs;
    HashKey hash_key;
    AnswerMaps maps;
    AnswerTable table;

    // Throws what loading said, in every test again: nothing passes by not being run.
    static Loaded &instance();

    // For benchmarks: one with room for so many answers in place of that before, of which nobody may hold anything any more.
    static void make_anew(uint32_t entries);

    // For objects that tests build from the same source: they get these maps, and the constants beside them.
    enum class Lend { all, shared }; // shared: without scratch memory
    void lend_maps(bpf_object *object, Lend lend = Lend::all) const;
    void lend_constants(fp_config &config) const;

    Loaded(Programs loaded_programs, const HashKey &key, AnswerMaps loaded_maps, uint32_t entries);
    Loaded(const Loaded &) = delete;
    Loaded &operator=(const Loaded &) = delete;
};

} // namespace fastpath::test
