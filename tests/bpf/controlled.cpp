// SPDX-License-Identifier: Apache-2.0
#include "controlled.h"

#include "harness/program_run.h"
#include "loaded.h"

#include <algorithm>
#include <bpf/libbpf.h>
#include <controlled.skel.h>
#include <stdexcept>
#include <utility>

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
    std::copy(random_key.begin(), random_key.end(), skeleton_->rodata->fp_config.random_key);
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

int Controlled::learn() const {
    return bpf_program__fd(skeleton_->progs.learn);
}

} // namespace fastpath::test
