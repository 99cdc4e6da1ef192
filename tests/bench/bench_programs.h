// SPDX-License-Identifier: Apache-2.0
// BenchPrograms: the object of packet_cost.bpf.c on the maps of the loaded product, and a run of one of its entries. Says how long
// that took; knows nothing of what is compared with what.
#pragma once

#include "bpf/mapped_memory.h"
#include "harness/octets.h"
#include "harness/packet.h"
#include "packet_cost.h"

#include <dns_fastpath/counters.h>
#include <memory>
#include <span>
#include <string>
#include <vector>

struct packet_cost_bpf;

namespace fastpath::test {

enum class Entrance { restore, reflect, floor, walk, restore_skb, learn };

// What the kernel says of a program.
struct ProgramSize {
    uint32_t verified_instructions;
    uint32_t jited_octets;
};

[[nodiscard]] ProgramSize size_of_program(int program);

// One packet, and in which ways it varies from one repeat to the next: by one packet each, a power of two of them. They are of one
// shape: id, type, and the first eight octets of the name may differ.
class RepeatedPacket {
  public:
    explicit RepeatedPacket(const Packet &packet) : RepeatedPacket(std::vector{packet}) {}
    explicit RepeatedPacket(const std::vector<Packet> &packets);

    [[nodiscard]] const Octets &octets() const { return octets_; }
    [[nodiscard]] const bench_packet &places() const { return places_; } // all but the octets
    [[nodiscard]] const std::vector<bench_variation> &variations() const { return variations_; }

    // For those who have more of them than packets could be composed in a reasonable time.
    void set_variations(std::vector<bench_variation> variations) { variations_ = std::move(variations); }

  private:
    Octets octets_;
    bench_packet places_{};
    std::vector<bench_variation> variations_;
};

class BenchPrograms {
  public:
    BenchPrograms(); // on Loaded::instance() as it is now

    void put(const RepeatedPacket &repeated);
    void put_floor(const RepeatedPacket &query, const Octets &answer);

    struct Run {
        double ns = 0; // CPU time of this thread, all repeats together
        uint32_t verdict = 0;
        size_t size = 0; // of the packet in the end
    };
    // Begins with the first variation.
    [[nodiscard]] Run run(Entrance entrance, uint32_t repeats);
    // One packet: the next variation.
    void run_next(Entrance entrance) { (void)go_on(entrance, 1); }

    [[nodiscard]] int program(Entrance entrance) const;

  private:
    struct Destroy {
        void operator()(packet_cost_bpf *skeleton) const;
    };

    Run go_on(Entrance entrance, uint32_t repeats);
    [[nodiscard]] bench_packet &packet() const { return *reinterpret_cast<bench_packet *>(packet_memory_.data()); }

    std::unique_ptr<packet_cost_bpf, Destroy> skeleton_;
    MappedMemory packet_memory_;
    MappedMemory variations_memory_;
};

// Of the product's programs, on all CPUs.
[[nodiscard]] fp_counters product_counters();

} // namespace fastpath::test
