// SPDX-License-Identifier: Apache-2.0
// The reader of samples beside a writer: what it gives is whole, whatever is written meanwhile.
#include "bpf/sample_map.h"
#include "util/unique_fd.h"

#include <algorithm>
#include <atomic>
#include <bpf/bpf.h>
#include <gtest/gtest.h>
#include <thread>

namespace fastpath::test {
namespace {

constexpr uint32_t slots = 64;

UniqueFd make_map(uint32_t value_size, uint32_t elements) {
    LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_MMAPABLE);
    return UniqueFd(bpf_map_create(BPF_MAP_TYPE_ARRAY, "test", sizeof(uint32_t), value_size, elements, &options));
}

class SampleReader : public ::testing::Test {
  protected:
    fp_sample &slot_of(uint64_t number) { return reinterpret_cast<fp_sample *>(samples_.data())[(number - 1) % slots]; }

    // As the programs do it.
    void write(uint64_t number) {
        fp_sample &slot = slot_of(number);
        __atomic_exchange_n(&slot.number, 0, __ATOMIC_SEQ_CST);
        slot.seen_ns = number;
        slot.weight = static_cast<uint32_t>(number);
        for (uint8_t &octet : slot.name) {
            *static_cast<volatile uint8_t *>(&octet) = static_cast<uint8_t>(number);
        }
        __atomic_exchange_n(&slot.number, number, __ATOMIC_SEQ_CST);
    }

    void count(uint64_t number) {
        __atomic_store_n(reinterpret_cast<uint64_t *>(sampled_.data()), number, __ATOMIC_RELEASE);
    }

    UniqueFd samples_fd_ = make_map(sizeof(fp_sample), slots);
    UniqueFd sampled_fd_ = make_map(sizeof(fp_sampled), 1);
    MappedMemory samples_ = MappedMemory::of_map(samples_fd_.get(), slots * sizeof(fp_sample), "samples").value();
    MappedMemory sampled_ = MappedMemory::of_map(sampled_fd_.get(), sizeof(fp_sampled), "sampled").value();
    SampleMap map_ = SampleMap::open(samples_fd_.get(), sampled_fd_.get()).value();
};

TEST_F(SampleReader, FindsNothingWhereNothingIs) {
    EXPECT_EQ(map_.capacity(), slots);
    EXPECT_TRUE(map_.read(0).empty());
}

TEST_F(SampleReader, LeavesOutWhatIsBeingWritten) {
    for (uint64_t number = 1; number <= 3; number++) {
        write(number);
    }
    count(5); // the fourth was begun, the fifth is to begin
    slot_of(4).seen_ns = 4;
    slot_of(2).number = 0;
    const std::vector<fp_sample> samples = map_.read(0);
    ASSERT_EQ(samples.size(), 2U);
    EXPECT_EQ(samples[0].number, 1U);
    EXPECT_EQ(samples[1].number, 3U);
}

TEST_F(SampleReader, LeavesOutWhatIsOfAnotherRound) {
    for (uint64_t number = 1; number <= slots + 1; number++) {
        write(number);
    }
    count(slots + 2); // the second is to be written over
    const std::vector<fp_sample> samples = map_.read(0);
    ASSERT_EQ(samples.size(), slots - 1);
    EXPECT_EQ(samples.front().number, 3U);
    EXPECT_EQ(samples.back().number, slots + 1U);
}

TEST_F(SampleReader, GivesWholeOnesBesideAWriter) {
    std::atomic<bool> enough = false;
    std::thread writer([&] {
        for (uint64_t number = 1; !enough; number++) {
            count(number);
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
