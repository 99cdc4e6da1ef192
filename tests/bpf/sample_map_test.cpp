// SPDX-License-Identifier: Apache-2.0
// The reader of samples beside a writer: what it gives is whole, whatever is written meanwhile.
#include "sample_maps.h"

#include <algorithm>
#include <atomic>
#include <gtest/gtest.h>
#include <thread>

namespace fastpath::test {
namespace {

constexpr uint32_t slots = SampleMaps::slots;

class SampleReader : public ::testing::Test {
  protected:
    // Every part of it is made of its number.
    void write(uint64_t number) {
        maps_.write(number, [number](fp_sample &sample) {
            sample.seen_ns = number;
            sample.weight = static_cast<uint32_t>(number);
            for (uint8_t &octet : sample.name) {
                *static_cast<volatile uint8_t *>(&octet) = static_cast<uint8_t>(number);
            }
        });
    }

    SampleMaps maps_;
    SampleMap map_ = maps_.reader();
};

TEST_F(SampleReader, FindsNothingWhereNothingIs) {
    EXPECT_EQ(map_.capacity(), slots);
    EXPECT_TRUE(map_.read(0).empty());
}

TEST_F(SampleReader, LeavesOutWhatIsBeingWritten) {
    for (uint64_t number = 1; number <= 3; number++) {
        write(number);
    }
    maps_.count(5); // the fourth was begun, the fifth is to begin
    maps_.slot_of(4).seen_ns = 4;
    maps_.slot_of(2).number = 0;
    const std::vector<fp_sample> samples = map_.read(0);
    ASSERT_EQ(samples.size(), 2U);
    EXPECT_EQ(samples[0].number, 1U);
    EXPECT_EQ(samples[1].number, 3U);
}

TEST_F(SampleReader, LeavesOutWhatIsOfAnotherRound) {
    for (uint64_t number = 1; number <= slots + 1; number++) {
        write(number);
    }
    maps_.count(slots + 2); // the second is to be written over
    const std::vector<fp_sample> samples = map_.read(0);
    ASSERT_EQ(samples.size(), slots - 1);
    EXPECT_EQ(samples.front().number, 3U);
    EXPECT_EQ(samples.back().number, slots + 1U);
}

TEST_F(SampleReader, GivesWholeOnesBesideAWriter) {
    std::atomic<bool> enough = false;
    std::thread writer([&] {
        for (uint64_t number = 1; !enough; number++) {
            maps_.count(number);
            write(number);
        }
    });
    size_t found = 0;
    bool is_whole = true;
    while (found < 20'000) {
        for (const fp_sample &sample : map_.read(0)) {
            found++;
            is_whole = is_whole && sample.seen_ns == sample.number &&
                       sample.weight == static_cast<uint32_t>(sample.number) &&
                       std::all_of(std::begin(sample.name), std::end(sample.name),
                                   [&](uint8_t octet) { return octet == static_cast<uint8_t>(sample.number); });
        }
    }
    enough = true;
    writer.join();
    EXPECT_TRUE(is_whole);
}

} // namespace
} // namespace fastpath::test
