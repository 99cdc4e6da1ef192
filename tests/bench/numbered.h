// SPDX-License-Identifier: Apache-2.0
// Names and packets by number: eight letters that are a number, so that they vary and their length does not.
#pragma once

#include "harness/packet.h"
#include "packet_cost.h"

#include <functional>
#include <string>
#include <vector>

namespace fastpath::test {

// "aaaaaaab" for 1.
inline std::string letters_of(uint32_t number) {
    std::string letters(BENCH_NAME_VARIED, 'a');
    for (auto letter = letters.rbegin(); letter != letters.rend(); ++letter) {
        *letter = static_cast<char>('a' + number % 16);
        number /= 16;
    }
    return letters;
}

using PacketOf = std::function<Packet(uint32_t)>;

// From 0 on.
inline std::vector<Packet> numbered(uint32_t count, const PacketOf &packet_of) {
    std::vector<Packet> packets;
    packets.reserve(count);
    for (uint32_t number = 0; number < count; number++) {
        packets.push_back(packet_of(number));
    }
    return packets;
}

} // namespace fastpath::test
