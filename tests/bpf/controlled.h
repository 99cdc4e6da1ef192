// SPDX-License-Identifier: Apache-2.0
// Controlled: the programs as controlled.bpf.c builds them, on the maps of the product's.
#pragma once

#include "harness/packet.h"

#include <array>
#include <cstdint>
#include <linux/bpf.h>
#include <map>
#include <memory>
#include <string>

struct controlled_bpf;

namespace fastpath::test {

// Octets by which a packet may grow at its ends.
struct Room {
    uint32_t tail = UINT32_MAX;
    uint32_t head = UINT32_MAX;
};

// What the routes of the host say of every destination.
struct Route {
    uint32_t result = BPF_FIB_LKUP_RET_SUCCESS;
    uint32_t ifindex = 1;
    Mac gateway{};
    Mac own{}; // of the interface by which it leaves
};

class Controlled {
  public:
    // Under which ports and ids are drawn.
    static constexpr std::array<uint64_t, 2> random_key{0x0706050403020100, 0x0f0e0d0c0b0a0908};

    static Controlled &instance();

    // The same programs, loaded to explain. It has scratch memory and settings of its own: be_as() makes them those of the other.
    static Controlled &explaining();
    void be_as(const Controlled &other);
    [[nodiscard]] int explain() const;

    // By name, with a number that changes when anything in the map does; without what is of this load alone, streams, and the record.
    [[nodiscard]] static std::map<std::string, size_t> shared_contents();

    void set_clock(uint64_t ns);
    void set_random(uint32_t number); // what every throw of the dice gives
    void set_room(Room room);
    void set_route(const Route &route);
    [[nodiscard]] bpf_fib_lookup route_asked() const; // the last look-up
    [[nodiscard]] uint32_t take_redirect();           // where to since the last call; 0 = none
    [[nodiscard]] uint64_t throws();                  // of the generator of ports and ids, on this CPU
    [[nodiscard]] uint64_t siphash(const std::array<uint64_t, 2> &key, uint64_t word); // as the programs compute it
    [[nodiscard]] int fastpath() const;
    [[nodiscard]] int learn() const;

  private:
    enum class Use { fastpath, explain };
    explicit Controlled(Use use);
    void look_at_dice();

    struct Destroy {
        void operator()(controlled_bpf *skeleton) const;
    };
    std::unique_ptr<controlled_bpf, Destroy> skeleton_;
};

} // namespace fastpath::test
