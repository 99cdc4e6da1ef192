// SPDX-License-Identifier: Apache-2.0
#include "controlled.h"

#include "loaded.h"

#include <algorithm>
#include <bpf/libbpf.h>
#include <controlled.skel.h>
#include <stdexcept>

namespace fastpath::test {
namespace {

void use_maps_of(const Programs &programs, bpf_object *object) {
    bpf_map *map = nullptr;
    bpf_object__for_each_map(map, object) {
        if (!bpf_map__is_internal(map) && bpf_map__reuse_fd(map, programs.map(bpf_map__name(map))) != 0) {
            throw std::runtime_error(std::string("cannot share the map ") + bpf_map__name(map));
        }
    }
}

} // namespace

void Controlled::Destroy::operator()(controlled_bpf *skeleton) const {
    controlled_bpf__destroy(skeleton);
}

Controlled::Controlled() : skeleton_(controlled_bpf__open()) {
    if (!skeleton_) {
        throw std::runtime_error("cannot open controlled.bpf.o");
    }
    const Loaded &product = Loaded::instance();
    use_maps_of(product.programs, skeleton_->obj);
    fp_config &config = skeleton_->rodata->fp_config;
    config.bucket_mask = bucket_count - 1;
    std::copy(product.hash_key.begin(), product.hash_key.end(), config.hash_key);
    if (controlled_bpf__load(skeleton_.get()) != 0) {
        throw std::runtime_error("cannot load controlled.bpf.o");
    }
}

Controlled &Controlled::instance() {
    static Controlled controlled;
    return controlled;
}

void Controlled::set_clock(uint64_t ns) {
    skeleton_->bss->clock_ns = ns;
}

void Controlled::set_room(Room room) {
    skeleton_->bss->tail_room = room.tail;
    skeleton_->bss->head_room = room.head;
}

int Controlled::fastpath() const {
    return bpf_program__fd(skeleton_->progs.fastpath);
}

int Controlled::learn() const {
    return bpf_program__fd(skeleton_->progs.learn);
}

} // namespace fastpath::test
