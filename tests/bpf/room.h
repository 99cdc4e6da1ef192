// SPDX-License-Identifier: Apache-2.0
// The XDP program as room.bpf.c builds it, on the maps of the product's: what a packet does in a buffer with little room.
#pragma once

#include <cstdint>

namespace fastpath::test {

struct Room {
    uint32_t tail;
    uint32_t head;
};

// The descriptor of the program, which has that much room from now on.
[[nodiscard]] int program_with_room(Room room);

} // namespace fastpath::test
