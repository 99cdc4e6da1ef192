// SPDX-License-Identifier: Apache-2.0
// Mutator: packets that nobody would send, made of packets that somebody might, from a fixed seed.
#pragma once

#include "harness/packet.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <gtest/gtest.h>
#include <random>
#include <vector>

namespace fastpath::test {

// Stands in for rand(): the seed is part of the test.
class Mutator {
  public:
    static constexpr size_t packet_count = 40'000;
    static constexpr std::chrono::seconds time_budget{20}; // an emulated machine makes fewer
    static constexpr size_t least_packets = 2'000;
    static constexpr size_t largest = 3000;

    // `least`: octets, below which BPF_PROG_TEST_RUN does not take a packet for the hook.
    Mutator(std::vector<Packet> seeds, size_t least) : seeds_(std::move(seeds)), least_(least) {}

    // Half of the packets are broken inside the message, where lengths and checksums are right again afterwards.
    Octets next() {
        Packet packet = seeds_[below(seeds_.size())];
        if (below(2) == 0 && !packet.verbatim && std::holds_alternative<Udp>(packet.transport)) {
            Octets message = packet.payload.value_or(packet.dns.octets());
            mutate(message, 0);
            packet.payload = message;
            Octets octets = packet.octets();
            octets.resize(std::max(octets.size(), least_));
            return octets;
        }
        Octets octets = packet.octets();
        mutate(octets, least_);
        return octets;
    }

    // Runs `check` on packets until there were enough, or the time is over.
    template <class Check> void for_packets(Check check) {
        const auto start = std::chrono::steady_clock::now();
        size_t count = 0;
        while (count < packet_count && std::chrono::steady_clock::now() - start < time_budget &&
               !::testing::Test::HasFailure()) {
            check(next());
            count++;
        }
        EXPECT_GE(count, least_packets);
    }

  private:
    size_t below(size_t bound) { return bound == 0 ? 0 : random_() % bound; }

    void mutate(Octets &octets, size_t least) {
        for (size_t count = 1 + below(4); count > 0; count--) {
            mutate_once(octets);
        }
        octets.resize(std::clamp(octets.size(), least, largest));
    }

    void mutate_once(Octets &octets) {
        const size_t at = below(octets.size());
        const auto place = octets.begin() + static_cast<ptrdiff_t>(at);
        switch (octets.empty() ? 4 : below(6)) {
        case 0: // a bit
            octets[at] ^= static_cast<uint8_t>(1U << below(8));
            break;
        case 1: // an octet that means something somewhere
            octets[at] = interesting_[below(interesting_.size())];
            break;
        case 2: // the end is missing
            octets.resize(at);
            break;
        case 3: // an octet is missing
            octets.erase(place);
            break;
        case 4: { // more octets
            const size_t count = 1 + below(below(8) == 0 ? 600 : 12);
            octets.insert(octets.end(), count, static_cast<uint8_t>(random_()));
            break;
        }
        default: // an octet too many
            octets.insert(place, static_cast<uint8_t>(random_()));
        }
    }

    static constexpr std::array<uint8_t, 12> interesting_{0,    1,    2,    0x11, 0x29, 0x3f,
                                                          0x40, 0x45, 0x80, 0xc0, 0xfe, 0xff};
    std::vector<Packet> seeds_;
    size_t least_;
    std::mt19937 random_{20250801};
};

} // namespace fastpath::test
