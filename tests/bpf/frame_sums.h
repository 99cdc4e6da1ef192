// SPDX-License-Identifier: Apache-2.0
// The sums of a frame with a UDP datagram, as whoever receives it checks them.
#pragma once

#include "dns/byte_order.h"
#include "harness/checksum.h"
#include "harness/octets.h"

#include <span>

namespace fastpath::test {

class FrameSums {
  public:
    // Whole headers without options, behind any number of VLAN tags.
    explicit FrameSums(std::span<const uint8_t> frame) : frame_(frame) {
        while (frame[l3_ - 2] == 0x81 || frame[l3_ - 2] == 0x88) {
            l3_ += 4;
        }
        is_ipv4_ = frame[l3_] == 0x45;
        udp_ = l3_ + (is_ipv4_ ? 20 : 40);
    }

    [[nodiscard]] bool is_ipv4() const { return is_ipv4_; }
    [[nodiscard]] size_t udp_at() const { return udp_; }
    [[nodiscard]] uint16_t udp_checksum() const { return load_be16(frame_, udp_ + 6); }
    [[nodiscard]] uint8_t hops() const { return frame_[l3_ + (is_ipv4_ ? 8U : 7U)]; }

    // An IPv6 header has none.
    [[nodiscard]] bool has_right_ip_checksum() const {
        return !is_ipv4_ || Checksum().add(frame_.subspan(l3_, 20)).value() == 0;
    }

    // By how much the UDP checksum is wrong, in one's complement: 0 where it is right.
    [[nodiscard]] uint16_t udp_remainder() const { return pseudo_header().add(datagram()).value() % 0xffff; }

    // It holds the sum of the pseudo header alone.
    [[nodiscard]] bool is_half_done() const {
        return udp_checksum() == static_cast<uint16_t>(~pseudo_header().value());
    }

  private:
    [[nodiscard]] std::span<const uint8_t> datagram() const {
        return frame_.subspan(udp_, load_be16(frame_, udp_ + 4));
    }
    [[nodiscard]] Checksum pseudo_header() const {
        const size_t addresses = is_ipv4_ ? 8 : 32; // they are the last of the header
        Checksum sum;
        sum.add(frame_.subspan(udp_ - addresses, addresses)).add(uint16_t{17});
        sum.add(static_cast<uint16_t>(datagram().size()));
        return sum;
    }

    std::span<const uint8_t> frame_;
    size_t l3_ = 14;
    size_t udp_ = 0;
    bool is_ipv4_ = false;
};

} // namespace fastpath::test
