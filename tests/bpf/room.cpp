// SPDX-License-Identifier: Apache-2.0
#include "room.h"

#include "loaded.h"

#include <algorithm>
#include <bpf/libbpf.h>
#include <memory>
#include <room.skel.h>
#include <stdexcept>

namespace fastpath::test {
namespace {

struct Destroy {
    void operator()(room_bpf *skeleton) const { room_bpf__destroy(skeleton); }
};
using Skeleton = std::unique_ptr<room_bpf, Destroy>;

void use_maps_of(const Programs &programs, bpf_object *object) {
    bpf_map *map = nullptr;
    bpf_object__for_each_map(map, object) {
        if (!bpf_map__is_internal(map) && bpf_map__reuse_fd(map, programs.map(bpf_map__name(map))) != 0) {
            throw std::runtime_error(std::string("cannot share the map ") + bpf_map__name(map));
        }
    }
}

Skeleton load() {
    const Loaded &product = Loaded::instance();
    Skeleton skeleton(room_bpf__open());
    if (!skeleton) {
        throw std::runtime_error("cannot open room.bpf.o");
    }
    use_maps_of(product.programs, skeleton->obj);
    fp_config &config = skeleton->rodata->fp_config;
    config.bucket_mask = bucket_count - 1;
    std::copy(product.hash_key.begin(), product.hash_key.end(), config.hash_key);
    if (room_bpf__load(skeleton.get()) != 0) {
        throw std::runtime_error("cannot load room.bpf.o");
    }
    return skeleton;
}

} // namespace

int program_with_room(Room room) {
    static const Skeleton skeleton = load();
    skeleton->bss->tail_room = room.tail;
    skeleton->bss->head_room = room.head;
    return bpf_program__fd(skeleton->progs.fastpath);
}

} // namespace fastpath::test
