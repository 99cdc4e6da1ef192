// SPDX-License-Identifier: Apache-2.0
// Controlled: the programs as controlled.bpf.c builds them, on the maps of the product's.
#pragma once

#include <cstdint>
#include <memory>

struct controlled_bpf;

namespace fastpath::test {

// Octets by which a packet may grow at its ends.
struct Room {
    uint32_t tail = UINT32_MAX;
    uint32_t head = UINT32_MAX;
};

class Controlled {
  public:
    static Controlled &instance();

    void set_clock(uint64_t ns);
    void set_random(uint32_t number); // what every throw of the dice gives
    void set_room(Room room);
    [[nodiscard]] int fastpath() const;
    [[nodiscard]] int learn() const;

  private:
    Controlled();

    struct Destroy {
        void operator()(controlled_bpf *skeleton) const;
    };
    std::unique_ptr<controlled_bpf, Destroy> skeleton_;
};

} // namespace fastpath::test
