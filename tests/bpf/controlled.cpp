// SPDX-License-Identifier: Apache-2.0
#include "controlled.h"

#include "loaded.h"

#include <bpf/libbpf.h>
#include <controlled.skel.h>
#include <stdexcept>

namespace fastpath::test {
void Controlled::Destroy::operator()(controlled_bpf *skeleton) const {
    controlled_bpf__destroy(skeleton);
}

Controlled::Controlled() : skeleton_(controlled_bpf__open()) {
    if (!skeleton_) {
        throw std::runtime_error("cannot open controlled.bpf.o");
    }
    const Loaded &product = Loaded::instance();
    product.lend_maps(skeleton_->obj);
    product.lend_constants(skeleton_->rodata->fp_config);
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

void Controlled::set_random(uint32_t number) {
    skeleton_->bss->random_number = number;
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
