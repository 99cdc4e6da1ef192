// SPDX-License-Identifier: Apache-2.0
#include "controlled.h"

#include "harness/program_run.h"
#include "loaded.h"

#include <algorithm>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <controlled.skel.h>
#include <functional>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace fastpath::test {
namespace {

bpf_map_info info_of(int map) {
    bpf_map_info info = {};
    uint32_t size = sizeof(info);
    if (bpf_obj_get_info_by_fd(map, &info, &size) != 0) {
        throw std::system_error(errno, std::generic_category(), "the properties of a map");
    }
    return info;
}

// As the system calls give it: for maps with an element for each CPU that of all CPUs.
size_t element_size(int map) {
    const bpf_map_info info = info_of(map);
    return info.type == BPF_MAP_TYPE_PERCPU_ARRAY
               ? size_t{info.value_size + 7} / 8 * 8 * static_cast<size_t>(libbpf_num_possible_cpus())
               : info.value_size;
}

// Of all keys and elements, in the order of the map. All at once, for there are hundreds of thousands.
size_t contents_of(int map) {
    static std::string keys; // kept, as each call would clear them first
    static std::string elements;
    const bpf_map_info info = info_of(map);
    const size_t size = element_size(map);
    keys.resize(std::max(keys.size(), size_t{info.max_entries} * info.key_size));
    elements.resize(std::max(elements.size(), info.max_entries * size));
    std::string next(std::max<size_t>(info.key_size, sizeof(uint32_t)), '\0');
    uint32_t count = info.max_entries;
    if (bpf_map_lookup_batch(map, nullptr, next.data(), keys.data(), elements.data(), &count, nullptr) != 0 &&
        errno != ENOENT) { // that was the last one
        throw std::system_error(errno, std::generic_category(), std::string("the contents of the map ") + info.name);
    }
    const std::hash<std::string_view> hash;
    return hash(std::string_view(keys).substr(0, size_t{count} * info.key_size)) * 31 +
           hash(std::string_view(elements).substr(0, count * size));
}

// A program cannot write to a map of maps, and to read one makes kernels before 6.8 wait for all CPUs, for each element.
bool has_contents(const bpf_map *map) {
    switch (bpf_map__type(map)) {
    case BPF_MAP_TYPE_RINGBUF:
    case BPF_MAP_TYPE_PERF_EVENT_ARRAY:
    case BPF_MAP_TYPE_ARRAY_OF_MAPS:
    case BPF_MAP_TYPE_HASH_OF_MAPS:
        return false;
    default:
        return true;
    }
}

} // namespace

void Controlled::Destroy::operator()(controlled_bpf *skeleton) const {
    controlled_bpf__destroy(skeleton);
}

Controlled::Controlled(Use use) : skeleton_(controlled_bpf__open()) {
    if (!skeleton_) {
        throw std::runtime_error("cannot open controlled.bpf.o");
    }
    const Loaded &product = Loaded::instance();
    product.lend_maps(skeleton_->obj, use == Use::explain ? Loaded::Lend::shared : Loaded::Lend::all);
    product.lend_constants(skeleton_->rodata->fp_config);
    std::copy(random_key.begin(), random_key.end(), skeleton_->rodata->fp_config.random_key);
    const bool explains = use == Use::explain;
    skeleton_->rodata->fp_config.explains = explains ? 1 : 0;
    bpf_program__set_autoload(skeleton_->progs.explain, explains);
    bpf_program__set_autoload(skeleton_->progs.fastpath, !explains);
    bpf_program__set_autoload(skeleton_->progs.learn, !explains);
    if (controlled_bpf__load(skeleton_.get()) != 0) {
        throw std::runtime_error("cannot load controlled.bpf.o");
    }
}

Controlled &Controlled::instance() {
    static Controlled controlled(Use::fastpath);
    return controlled;
}

Controlled &Controlled::explaining() {
    static Controlled controlled(Use::explain);
    return controlled;
}

// Also the next throws of the dice are the same then.
void Controlled::be_as(const Controlled &other) {
    *skeleton_->bss = *other.skeleton_->bss;
    const uint32_t zero = 0;
    const int from = bpf_map__fd(other.skeleton_->maps.scratch);
    const int to = bpf_map__fd(skeleton_->maps.scratch);
    std::vector<uint8_t> memory(element_size(from));
    if (bpf_map_lookup_elem(from, &zero, memory.data()) != 0 ||
        bpf_map_update_elem(to, &zero, memory.data(), BPF_ANY) != 0) {
        throw std::system_error(errno, std::generic_category(), "the scratch memory");
    }
}

std::map<std::string, size_t> Controlled::shared_contents() {
    std::map<std::string, size_t> contents;
    const bpf_map *map = nullptr;
    bpf_object__for_each_map(map, instance().skeleton_->obj) {
        const std::string name = bpf_map__name(map);
        if (is_shared_map(map) && has_contents(map) && name != "explanation") {
            contents[name] = contents_of(bpf_map__fd(map));
        }
    }
    return contents;
}

void Controlled::set_clock(uint64_t ns) {
    skeleton_->bss->clock_ns = ns;
}

void Controlled::set_random(uint32_t number) {
    skeleton_->bss->random_number = number;
}

void Controlled::set_room(Room room) {
    skeleton_->bss->tail_room = room.tail;
    skeleton_->bss->head_room = room.head;
}

void Controlled::set_route(const Route &route) {
    skeleton_->bss->route_result = route.result;
    skeleton_->bss->route_ifindex = route.ifindex;
    std::copy(route.gateway.begin(), route.gateway.end(), skeleton_->bss->route_dmac);
    std::copy(route.own.begin(), route.own.end(), skeleton_->bss->route_smac);
}

bpf_fib_lookup Controlled::route_asked() const {
    return skeleton_->bss->route_asked;
}

uint32_t Controlled::take_redirect() {
    return std::exchange(skeleton_->bss->redirected_to, 0);
}

void Controlled::look_at_dice() {
    (void)run_xdp(bpf_program__fd(skeleton_->progs.look_at_dice), Octets(64));
}

uint64_t Controlled::throws() {
    look_at_dice();
    return skeleton_->bss->throws;
}

uint64_t Controlled::siphash(const std::array<uint64_t, 2> &key, uint64_t word) {
    std::copy(key.begin(), key.end(), skeleton_->bss->siphash_key);
    skeleton_->bss->siphash_word = word;
    look_at_dice();
    return skeleton_->bss->siphash_result;
}

int Controlled::fastpath() const {
    return bpf_program__fd(skeleton_->progs.fastpath);
}

int Controlled::explain() const {
    return bpf_program__fd(skeleton_->progs.explain);
}

int Controlled::learn() const {
    return bpf_program__fd(skeleton_->progs.learn);
}

} // namespace fastpath::test
