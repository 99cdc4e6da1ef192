// SPDX-License-Identifier: Apache-2.0
#include "bpf/loaded.h"

#include "harness/value_or_throw.h"

#include <algorithm>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <memory>
#include <sched.h>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

namespace fastpath::test {
namespace {

// The programs' scratch memory is per CPU: on one, whatever a packet leaves behind meets the next.
void stay_on_this_cpu() {
    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    CPU_SET(static_cast<size_t>(::sched_getcpu()), &cpus);
    if (::sched_setaffinity(0, sizeof(cpus), &cpus) != 0) {
        throw std::system_error(errno, std::generic_category(), "sched_setaffinity");
    }
}

std::unique_ptr<Loaded> load(uint32_t buckets, uint32_t entries) {
    stay_on_this_cpu();
    const HashKey key = value_or_throw(new_hash_key());
    Programs programs = value_or_throw(Programs::load({.pin_directory = {}, .bucket_count = buckets, .hash_key = key}));
    AnswerMaps maps = value_or_throw(AnswerMaps::open(programs.answer_maps()));
    return std::make_unique<Loaded>(std::move(programs), key, std::move(maps), entries);
}

std::unique_ptr<Loaded> &current() {
    static std::unique_ptr<Loaded> loaded;
    return loaded;
}

} // namespace

void Loaded::lend_maps(bpf_object *object, Lend lend) const {
    bpf_map *map = nullptr;
    bpf_object__for_each_map(map, object) {
        const char *const name = bpf_map__name(map);
        const int ours = programs.map(name);
        const bool is_lent = lend == Lend::all ? !bpf_map__is_internal(map) : is_shared_map(map);
        if (is_lent && ours >= 0 && bpf_map__reuse_fd(map, ours) != 0) {
            throw std::runtime_error(std::string("cannot share the map ") + name);
        }
    }
}

void Loaded::lend_constants(fp_config &config) const {
    bpf_map_info samples = {};
    uint32_t size = sizeof(samples);
    if (bpf_obj_get_info_by_fd(programs.map("samples"), &samples, &size) != 0) {
        throw std::system_error(errno, std::generic_category(), "the map samples");
    }
    config.sample_mask = samples.max_entries - 1;
    config.sample_gap_ns = 1'000'000;
    std::copy(hash_key.begin(), hash_key.end(), config.hash_key);
}

Loaded::Loaded(Programs loaded_programs, const HashKey &key, AnswerMaps loaded_maps, uint32_t entries)
    : programs(std::move(loaded_programs)), hash_key(key), maps(std::move(loaded_maps)), table(maps, entries) {}

Loaded &Loaded::instance() {
    if (!current()) {
        current() = load(bucket_count, max_entries);
    }
    return *current();
}

void Loaded::make_anew(uint32_t entries) {
    current().reset();
    current() = load(bucket_count_for(entries), entries);
}

} // namespace fastpath::test
