// SPDX-License-Identifier: Apache-2.0
// Figures as people read them on the status page.
#include "status/text.h"

#include <gtest/gtest.h>

namespace fastpath::status {
namespace {

template <class Figure> struct Row {
    Figure figure;
    const char *text;
};

template <class Figure> void expect_texts(std::string (*text_of)(Figure), std::initializer_list<Row<Figure>> rows) {
    for (const auto &[figure, text] : rows) {
        EXPECT_EQ(text_of(figure), text);
    }
}

TEST(StatusText, OfCountsAndRates) {
    expect_texts(count_text, {{0, "0"}, {999, "999"}, {1000, "1,000"}, {1234567, "1,234,567"}});
    expect_texts(rate_text, {{0, "0"}, {3.21, "3.2"}, {1234.4, "1,234"}});
}

TEST(StatusText, OfSharesSaysAllOnlyWhereItIsAll) {
    expect_texts(share_text, {{0, "0 %"}, {0.00001, "0.1 %"}, {0.89, "89 %"}, {0.9999, "99.9 %"}, {1, "100 %"}});
}

TEST(StatusText, OfTimes) {
    expect_texts(duration_text, {{59, "59 s"}, {3599, "59 min"}, {7500, "2 h 5 min"}, {90'000, "1 d 1 h"}});
    expect_texts(milliseconds_text, {{120, "0.12 ms"}, {12'000, "12 ms"}});
    EXPECT_EQ(time_text(std::chrono::system_clock::time_point()), "1970-01-01T00:00:00Z");
}

TEST(StatusText, OfOctets) {
    expect_texts(bytes_text, {{1023, "1023 B"}, {1536, "1.5 KiB"}, {80 << 20, "80.0 MiB"}});
}

} // namespace
} // namespace fastpath::status
