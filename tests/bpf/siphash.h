// SPDX-License-Identifier: Apache-2.0
// SipHash-2-4 as its paper says it (Aumasson and Bernstein 2012, 2), for messages of any length: the oracle for the programs' own.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <span>

namespace fastpath::test {

// The message that a word is.
[[nodiscard]] inline std::array<uint8_t, 8> little_endian(uint64_t word) {
    std::array<uint8_t, 8> octets{};
    for (uint8_t &octet : octets) {
        octet = static_cast<uint8_t>(word);
        word >>= 8;
    }
    return octets;
}

class SipHash {
  public:
    explicit SipHash(const std::array<uint64_t, 2> &key)
        : v_{key[0] ^ 0x736f6d6570736575, key[1] ^ 0x646f72616e646f6d, key[0] ^ 0x6c7967656e657261,
             key[1] ^ 0x7465646279746573} {}

    [[nodiscard]] uint64_t of(std::span<const uint8_t> message) {
        size_t at = 0;
        for (; at + 8 <= message.size(); at += 8) {
            compress(word_of(message.subspan(at, 8)));
        }
        compress(word_of(message.subspan(at)) | static_cast<uint64_t>(message.size()) << 56);
        v_[2] ^= 0xff;
        for (int i = 0; i < 4; i++) {
            round();
        }
        return v_[0] ^ v_[1] ^ v_[2] ^ v_[3];
    }

  private:
    static uint64_t word_of(std::span<const uint8_t> octets) {
        uint64_t word = 0;
        for (size_t i = 0; i < octets.size(); i++) {
            word |= static_cast<uint64_t>(octets[i]) << (8 * i);
        }
        return word;
    }

    void compress(uint64_t word) {
        v_[3] ^= word;
        round();
        round();
        v_[0] ^= word;
    }

    // Half a round: `a` and `b` are mixed, and `b` is turned by `bits`.
    void mix(size_t a, size_t b, int bits) {
        v_[a] += v_[b];
        v_[b] = std::rotl(v_[b], bits) ^ v_[a];
    }

    void round() {
        mix(0, 1, 13);
        mix(2, 3, 16);
        v_[0] = std::rotl(v_[0], 32);
        mix(2, 1, 17);
        mix(0, 3, 21);
        v_[2] = std::rotl(v_[2], 32);
    }

    std::array<uint64_t, 4> v_;
};

} // namespace fastpath::test
