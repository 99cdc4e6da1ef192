// SPDX-License-Identifier: Apache-2.0
// The Internet checksum as RFC 1071 says it: octet pairs in network order, one after the other. Slow and obvious on
// purpose, and without a line in common with the product's.
#pragma once

#include <cstdint>
#include <span>

namespace fastpath::test {

class Checksum {
  public:
    // Each piece begins at an even offset; one of odd length is padded with a zero.
    Checksum &add(std::span<const uint8_t> octets) {
        for (size_t at = 0; at < octets.size(); at += 2) {
            const uint8_t low = at + 1 < octets.size() ? octets[at + 1] : uint8_t{0};
            add(static_cast<uint16_t>(octets[at] << 8 | low));
        }
        return *this;
    }

    Checksum &add(uint16_t word) {
        sum_ += word;
        sum_ = (sum_ & 0xffff) + (sum_ >> 16);
        return *this;
    }

    [[nodiscard]] uint16_t value() const { return static_cast<uint16_t>(~sum_); }

  private:
    uint32_t sum_ = 0;
};

} // namespace fastpath::test
