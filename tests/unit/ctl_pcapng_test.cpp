// SPDX-License-Identifier: Apache-2.0
// Blocks of a capture file, as draft-ietf-opsawg-pcapng lays them out. That tcpdump reads them, tests/e2e/ctl_live_test shows.
#include "ctl/pcapng.h"

#include <array>
#include <cstring>
#include <gtest/gtest.h>

namespace fastpath::ctl {
namespace {

template <class Number> Number number_at(const std::string &block, size_t at) {
    Number number = 0;
    std::memcpy(&number, block.data() + at, sizeof(number));
    return number;
}

// Each block says its length first and last, in whole words.
void expect_framed(const std::string &block, uint32_t type) {
    EXPECT_EQ(block.size() % 4, 0);
    EXPECT_EQ(number_at<uint32_t>(block, 0), type);
    EXPECT_EQ(number_at<uint32_t>(block, 4), block.size());
    EXPECT_EQ(number_at<uint32_t>(block, block.size() - 4), block.size());
}

// The value of an option, which is in whole words behind its code and length; options begin at `at`.
std::string option(const std::string &block, size_t at, uint16_t code) {
    while (at + 4 <= block.size() - 4) {
        const auto length = number_at<uint16_t>(block, at + 2);
        if (number_at<uint16_t>(block, at) == code) {
            return block.substr(at + 4, length);
        }
        at += 4U + (length + 3U) / 4U * 4U;
    }
    return "none";
}

TEST(Pcapng, BeginsWithASection) {
    const std::string block = pcapng_header();
    expect_framed(block, 0x0A0D0D0A);
    EXPECT_EQ(number_at<uint32_t>(block, 8), 0x1A2B3C4D) << "byte order";
    EXPECT_EQ(number_at<uint16_t>(block, 12), 1) << "version 1.0";
    EXPECT_EQ(number_at<uint16_t>(block, 14), 0);
}

TEST(Pcapng, NamesInterfaces) {
    const std::string block = pcapng_interface("eth0.7", 2048);
    expect_framed(block, 1);
    EXPECT_EQ(number_at<uint16_t>(block, 8), 1) << "Ethernet";
    EXPECT_EQ(number_at<uint32_t>(block, 12), 2048);
    EXPECT_EQ(option(block, 16, 2), "eth0.7");
    EXPECT_EQ(option(block, 16, 9), "\x09") << "nanoseconds";
}

TEST(Pcapng, HasAPacketWithWhatBecameOfIt) {
    const std::array<uint8_t, 5> octets = {1, 2, 3, 4, 5};
    const std::string block = pcapng_packet({.interface = 3,
                                             .time_ns = 0x0000000100000002,
                                             .len = 60,
                                             .is_leaving = true,
                                             .xdp_verdict = 3,
                                             .comment = "hit"},
                                            octets);
    expect_framed(block, 6);
    EXPECT_EQ(number_at<uint32_t>(block, 8), 3);
    EXPECT_EQ(number_at<uint32_t>(block, 12), 1);
    EXPECT_EQ(number_at<uint32_t>(block, 16), 2);
    EXPECT_EQ(number_at<uint32_t>(block, 20), octets.size());
    EXPECT_EQ(number_at<uint32_t>(block, 24), 60);
    EXPECT_EQ(block.substr(28, 8), std::string("\1\2\3\4\5\0\0\0", 8));
    EXPECT_EQ(option(block, 36, 1), "hit");
    EXPECT_EQ(option(block, 36, 2), std::string("\2\0\0\0", 4)) << "outbound";
    EXPECT_EQ(option(block, 36, 7), std::string("\2\3\0\0\0\0\0\0\0", 9)) << "XDP, XDP_TX";
}

TEST(Pcapng, TellsTheWayIn) {
    const std::string block = pcapng_packet(
        {.interface = 0, .time_ns = 0, .len = 0, .is_leaving = false, .xdp_verdict = 1, .comment = ""}, {});
    EXPECT_EQ(option(block, 28, 2), std::string("\1\0\0\0", 4)) << "inbound";
}

} // namespace
} // namespace fastpath::ctl
