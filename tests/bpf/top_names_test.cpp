// SPDX-License-Identifier: Apache-2.0
// The names asked most, as the metrics page and the status page get them: as fresh as a second, as many as wanted.
#include "metrics/top_names.h"
#include "sample_maps.h"

#include <array>
#include <cstring>
#include <dns_fastpath/counters.h>
#include <gtest/gtest.h>

namespace fastpath::test {
namespace {

constexpr uint64_t second = FP_NSEC_PER_SEC;
constexpr uint64_t now = 1000 * second;

class TopNamesTest : public ::testing::Test {
  protected:
    // A query for a name of one letter.
    void ask(char letter) {
        maps_.write(++asked_, [&](fp_sample &sample) {
            sample.seen_ns = now;
            sample.weight = 1;
            sample.qtype = 1;
            sample.result = FP_RESULT_hit;
            sample.name_len = 3;
            std::memcpy(sample.name, std::array<char, 3>{1, letter, 0}.data(), 3);
        });
        maps_.count(asked_);
    }

    std::string names_at(uint64_t time) {
        std::string names;
        for (const TopRow &row : top_.at(time).rows) {
            names += row.subject;
        }
        return names;
    }

    SampleMaps maps_;
    TopNames top_{maps_.reader()};

  private:
    uint64_t asked_ = 0;
};

TEST_F(TopNamesTest, AreNoneUnlessWanted) {
    ask('a');
    EXPECT_EQ(names_at(now), "");
}

TEST_F(TopNamesTest, AreReadOnceASecond) {
    top_.show(5);
    ask('a');
    EXPECT_EQ(names_at(now), "a.");
    ask('b');
    ask('b');
    EXPECT_EQ(names_at(now + second - 1), "a.");
    EXPECT_EQ(names_at(now + second), "b.a.");
}

TEST_F(TopNamesTest, AreAsManyAsAReloadSays) {
    top_.show(5);
    ask('a');
    ask('b');
    ask('b');
    EXPECT_EQ(names_at(now), "b.a.");
    top_.show(1);
    EXPECT_EQ(names_at(now), "b.") << "at once";
    top_.show(0);
    EXPECT_EQ(names_at(now), "");
}

} // namespace
} // namespace fastpath::test
