// SPDX-License-Identifier: Apache-2.0
#include "bench_programs.h"

#include "bpf/counter_map.h"
#include "harness/value_or_throw.h"
#include "loaded.h"
#include "util/clock.h"

#include <algorithm>
#include <bit>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <cstring>
#include <dns_fastpath/dns_wire.h>
#include <packet_cost.skel.h>
#include <stdexcept>
#include <system_error>

namespace fastpath::test {
namespace {

// Where the layers begin; DNS behind UDP.
bench_packet places_in(const Packet &packet) {
    const bool is_ipv6 = std::holds_alternative<Ipv6>(packet.ip);
    const auto udp = static_cast<uint32_t>(14 + 4 * packet.vlans.size() + (is_ipv6 ? 40 : 20));
    const uint32_t message = udp + 8;
    const auto name_len = static_cast<uint32_t>(packet.dns.name_octets().size());
    bench_packet places = {};
    if (!std::holds_alternative<Udp>(packet.transport)) {
        return places;
    }
    places.name_len = name_len;
    places.checksum_at = udp + 6;
    places.id_at = message;
    places.name_at = message + FP_DNS_HEADER_LEN + 1;
    places.qtype_at = message + FP_DNS_HEADER_LEN + name_len;
    return places;
}

bench_variation variation_in(const Octets &octets, const bench_packet &places) {
    bench_variation variation = {};
    std::memcpy(&variation.id, &octets.at(places.id_at), sizeof(variation.id));
    std::memcpy(&variation.checksum, &octets.at(places.checksum_at), sizeof(variation.checksum));
    std::memcpy(&variation.qtype, &octets.at(places.qtype_at), sizeof(variation.qtype));
    std::memcpy(&variation.name, &octets.at(places.name_at), sizeof(variation.name));
    return variation;
}

} // namespace

ProgramSize size_of_program(int program) {
    bpf_prog_info info = {};
    uint32_t size = sizeof(info);
    if (bpf_obj_get_info_by_fd(program, &info, &size) != 0) {
        throw std::system_error(errno, std::generic_category(), "the properties of a program");
    }
    return {info.verified_insns, info.jited_prog_len};
}

RepeatedPacket::RepeatedPacket(const std::vector<Packet> &packets)
    : octets_(packets.at(0).octets()), places_(places_in(packets[0])) {
    for (const Packet &packet : packets) {
        const Octets octets = packet.octets();
        if (octets.size() != octets_.size()) {
            throw std::invalid_argument("packets of different shapes");
        }
        variations_.push_back(variation_in(octets, places_));
    }
}

void BenchPrograms::Destroy::operator()(packet_cost_bpf *skeleton) const {
    packet_cost_bpf__destroy(skeleton);
}

BenchPrograms::BenchPrograms() : skeleton_(packet_cost_bpf__open()) {
    if (!skeleton_) {
        throw std::runtime_error("cannot open packet_cost.bpf.o");
    }
    const Loaded &product = Loaded::instance();
    product.lend_maps(skeleton_->obj);
    product.lend_constants(skeleton_->rodata->fp_config);
    bpf_program__set_autoload(skeleton_->progs.fastpath, false);
    bpf_program__set_autoload(skeleton_->progs.learn, false);
    if (packet_cost_bpf__load(skeleton_.get()) != 0) {
        throw std::runtime_error("cannot load packet_cost.bpf.o");
    }
    packet_memory_ = value_or_throw(
        MappedMemory::of_map(bpf_map__fd(skeleton_->maps.bench_packet), sizeof(bench_packet), "bench_packet"));
    variations_memory_ =
        value_or_throw(MappedMemory::of_map(bpf_map__fd(skeleton_->maps.bench_variations),
                                            BENCH_VARIATIONS_MAX * sizeof(bench_variation), "bench_variations"));
}

void BenchPrograms::put(const RepeatedPacket &repeated) {
    const std::vector<bench_variation> &variations = repeated.variations();
    if (repeated.octets().size() > BENCH_PACKET_MAX || variations.size() > BENCH_VARIATIONS_MAX ||
        !std::has_single_bit(variations.size())) {
        throw std::invalid_argument("a packet too long, or a wrong number of variations");
    }
    packet() = repeated.places();
    packet().len = static_cast<uint32_t>(repeated.octets().size());
    packet().mask = static_cast<uint32_t>(variations.size() - 1);
    std::copy(repeated.octets().begin(), repeated.octets().end(), packet().octets);
    std::copy(variations.begin(), variations.end(), reinterpret_cast<bench_variation *>(variations_memory_.data()));
}

// The same growth of the packet, found under the same name.
void BenchPrograms::put_floor(const RepeatedPacket &query, const Octets &answer) {
    const bench_packet &places = query.places();
    bench_floor_key key = {};
    std::memcpy(&key, &query.octets().at(places.name_at - 1), std::min<size_t>(places.name_len, sizeof(key)));
    bench_floor_body body = {};
    body.len = static_cast<uint32_t>(answer.size() - query.octets().size());
    if (body.len > BENCH_BODY_MAX) {
        throw std::invalid_argument("the answer is too long for the floor");
    }
    std::copy(answer.end() - body.len, answer.end(), body.octets);
    if (bpf_map_update_elem(bpf_map__fd(skeleton_->maps.floor_bodies), &key, &body, BPF_ANY) != 0) {
        throw std::system_error(errno, std::generic_category(), "the map floor_bodies");
    }
}

int BenchPrograms::program(Entrance entrance) const {
    const auto &programs = skeleton_->progs;
    switch (entrance) {
    case Entrance::restore:
        return bpf_program__fd(programs.restore_alone);
    case Entrance::reflect:
        return bpf_program__fd(programs.restore_and_reflect);
    case Entrance::floor:
        return bpf_program__fd(programs.restore_and_floor);
    case Entrance::walk:
        return bpf_program__fd(programs.restore_and_walk);
    case Entrance::restore_skb:
        return bpf_program__fd(programs.restore_skb_alone);
    case Entrance::learn:
        return bpf_program__fd(programs.restore_skb_and_learn);
    }
    return -1;
}

// CPU time of this thread: what others do on the machine disturbs the caches, but is not counted.
BenchPrograms::Run BenchPrograms::go_on(Entrance entrance, uint32_t repeats) {
    Octets out(2 * size_t{BENCH_PACKET_MAX});
    LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = packet().octets, .data_out = out.data(),
                .data_size_in = packet().len, .data_size_out = static_cast<uint32_t>(out.size()),
                .repeat = static_cast<int>(repeats));
    const uint64_t start = clock_ns(CLOCK_THREAD_CPUTIME_ID);
    const int code = -bpf_prog_test_run_opts(program(entrance), &options);
    const uint64_t end = clock_ns(CLOCK_THREAD_CPUTIME_ID);
    if (code != 0) {
        throw std::system_error(code, std::generic_category(), "BPF_PROG_TEST_RUN");
    }
    return {static_cast<double>(end - start), options.retval, options.data_size_out};
}

BenchPrograms::Run BenchPrograms::run(Entrance entrance, uint32_t repeats) {
    packet().repeat = 0;
    return go_on(entrance, repeats);
}

fp_counters product_counters() {
    return value_or_throw(read_counters(Loaded::instance().programs.map("counters")));
}

} // namespace fastpath::test
