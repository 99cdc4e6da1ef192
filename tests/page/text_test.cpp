// SPDX-License-Identifier: Apache-2.0
#include "status/text.h"

#include <gtest/gtest.h>

namespace fastpath::status {
namespace {

TEST(StatusText, OfCountsAndRates) {
    EXPECT_EQ(count_text(0), "0");
    EXPECT_EQ(count_text(999), "999");
    EXPECT_EQ(count_text(1000), "1,000");
    EXPECT_EQ(count_text(1234567), "1,234,567");
    EXPECT_EQ(rate_text(0), "0");
    EXPECT_EQ(rate_text(3.21), "3.2");
    EXPECT_EQ(rate_text(1234.4), "1,234");
}

TEST(StatusText, OfSharesSaysAllOnlyWhereItIsAll) {
    EXPECT_EQ(share_text(0), "0 %");
    EXPECT_EQ(share_text(0.00001), "0.1 %");
    EXPECT_EQ(share_text(0.89), "89 %");
    EXPECT_EQ(share_text(0.9999), "99.9 %");
    EXPECT_EQ(share_text(1), "100 %");
}

TEST(StatusText, OfTimes) {
    EXPECT_EQ(duration_text(59), "59 s");
    EXPECT_EQ(duration_text(3599), "59 min");
    EXPECT_EQ(duration_text(7500), "2 h 5 min");
    EXPECT_EQ(duration_text(90'000), "1 d 1 h");
    EXPECT_EQ(milliseconds_text(120), "0.12 ms");
    EXPECT_EQ(milliseconds_text(12'000), "12 ms");
    EXPECT_EQ(time_text(std::chrono::system_clock::time_point()), "1970-01-01T00:00:00Z");
}

TEST(StatusText, OfOctets) {
    EXPECT_EQ(bytes_text(1023), "1023 B");
    EXPECT_EQ(bytes_text(1536), "1.5 KiB");
    EXPECT_EQ(bytes_text(80 << 20), "80.0 MiB");
}

} // namespace
} // namespace fastpath::status
