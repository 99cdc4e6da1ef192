// SPDX-License-Identifier: Apache-2.0
// Snapshots that are none, or no whole ones: each is refused with a reason, and no octets make the reader leave its buffers or take
// what was not written.
#include "dns/byte_order.h"
#include "snapshot/block_writer.h"
#include "unit/ctl_cached_answer.h"
#include "unit/snapshot_fixture.h"

#include <fcntl.h>
#include <random>

namespace fastpath::snapshot {
namespace {

using test::Cache;
using test::Octets;

Octets some_snapshot(int answers = 50) {
    Cache cache;
    for (int i = 0; i < answers; i++) {
        const std::string name = "host" + std::to_string(i) + ".example.";
        cache.add(fastpath::test::cached({.question = name + " IN A", .answer = {name + " 300 IN A 192.0.2.1"}},
                                         {.born_ns = monotonic_ns()}));
    }
    return cache.saved();
}

void expect_refused(const Octets &content, const std::string &why) {
    const auto reader = test::open(content);
    ASSERT_FALSE(reader) << "not refused: " << why;
    EXPECT_NE(reader.error().message.find(why), std::string::npos) << reader.error().message;
    EXPECT_NE(reader.error().message.find("test.snapshot"), std::string::npos) << reader.error().message;
}

TEST(DamagedSnapshot, AWholeOneIsTaken) {
    const Octets content = some_snapshot();
    const auto reader = test::open(content);
    ASSERT_TRUE(reader) << reader.error().message;
    EXPECT_EQ(reader->answers(), 50U);
    EXPECT_EQ(reader->bytes(), content.size());
}

TEST(DamagedSnapshot, Empty) {
    expect_refused({}, "is empty");
}

TEST(DamagedSnapshot, AnotherKindOfFile) {
    const std::string text = "interfaces: [eth0]\n";
    expect_refused({text.begin(), text.end()}, "is no snapshot");
}

TEST(DamagedSnapshot, AnotherVersion) {
    Octets content = some_snapshot();
    store_be32(content, magic.size(), format_version + 1);
    expect_refused(content, "is of version 2 of the format, this program reads version 1");
}

TEST(DamagedSnapshot, EveryTruncationIsSeen) {
    const Octets content = some_snapshot(3);
    for (size_t length = 1; length < content.size(); length++) {
        ASSERT_FALSE(test::open({content.begin(), content.begin() + static_cast<std::ptrdiff_t>(length)})) << length;
    }
}

TEST(DamagedSnapshot, EveryFlippedBitIsSeen) {
    const Octets content = some_snapshot(3);
    for (size_t bit = 0; bit < content.size() * 8; bit++) {
        Octets damaged = content;
        damaged[bit / 8] = static_cast<uint8_t>(damaged[bit / 8] ^ (1U << bit % 8));
        ASSERT_FALSE(test::open(damaged)) << "bit " << bit;
    }
}

TEST(DamagedSnapshot, ALengthThatIsHuge) {
    Octets content = some_snapshot();
    store_be32(content, preamble_size + 8, 0xffffffff);
    expect_refused(content, "a block that is too long");
}

TEST(DamagedSnapshot, OctetsBehindTheEnd) {
    Octets content = some_snapshot();
    content.push_back(0);
    expect_refused(content, "more octets behind its end");
}

TEST(DamagedSnapshot, ABlockThatIsMissing) {
    Octets content = some_snapshot(3);
    const size_t head = preamble_size + block_header_size + load_be32(content, preamble_size + 8);
    const size_t answers = block_header_size + load_be32(content, head + 8);
    content.erase(content.begin() + static_cast<std::ptrdiff_t>(head),
                  content.begin() + static_cast<std::ptrdiff_t>(head + answers));
    expect_refused(content, "another number of answers than it says");
}

// Between the check and the reading somebody writes into the file.
TEST(DamagedSnapshot, OneThatChangesWhileItIsRead) {
    UniqueFd file = test::memory_file(some_snapshot());
    const UniqueFd other(::fcntl(file.get(), F_DUPFD_CLOEXEC, 0));
    auto reader = SnapshotReader::open(std::move(file), "test.snapshot");
    ASSERT_TRUE(reader);
    const Octets zeros(200);
    ASSERT_EQ(::pwrite(other.get(), zeros.data(), zeros.size(), 100), 200);
    EXPECT_FALSE(reader->next());
}

TEST(DamagedSnapshot, AFullDiskNamesFileAndRemedy) {
    const UniqueFd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
    Cache cache;
    const auto saved = save_to(full.get(), "/dev/full", cache.memory, {});
    ASSERT_FALSE(saved);
    EXPECT_NE(saved.error().message.find("/dev/full: No space left on device; make room"), std::string::npos)
        << saved.error().message;
}

// Behind right CRCs, as a foreign or hostile writer makes them: heads and records of random octets, and records that were written
// and then changed. What is taken is a response like any other.
class Hostile : public ::testing::Test {
  protected:
    uint64_t below(uint64_t end) { return std::uniform_int_distribution<uint64_t>(0, end - 1)(random_); }

    Octets damage(Octets message) {
        for (uint64_t i = below(4); i > 0 && !message.empty(); i--) {
            message[below(message.size())] = static_cast<uint8_t>(below(256));
        }
        message.resize(below(8) == 0 ? below(message.size() + 50) : message.size());
        return message;
    }

    Record record(const Octets &message) {
        constexpr std::array<uint64_t, 5> spread = {1, 300, 1U << 16, 0xffffffff, UINT64_MAX};
        const auto number = [&] { return below(spread[below(spread.size())]); };
        return {.born_ns = below(2) == 0 ? number() : clock_ns(CLOCK_REALTIME) - below(100 * test::second),
                .lifetime = static_cast<uint32_t>(number()),
                .last_used = static_cast<uint32_t>(number()),
                .limit = static_cast<uint16_t>(below(3) == 0 ? number() : 0),
                .view = static_cast<uint16_t>(below(16) == 0 ? number() : 0),
                .query_bits = static_cast<uint8_t>(below(3) == 0 ? number() : 0),
                .lead_len = static_cast<uint16_t>(number()),
                .message = message};
    }

    std::mt19937_64 random_{53};
};

TEST_F(Hostile, RecordsGoIntoTheCacheWholeOrNotAtAll) {
    const Octets good =
        fastpath::test::to_wire({.question = "www.example.com. IN A",
                                 .answer = {"www.example.com. 300 IN CNAME a.example.com.",
                                            "a.example.com. 300 IN A 192.0.2.1", "a.example.com. 300 IN A 192.0.2.2"}});
    const Restorer restorer = *Restorer::create({.written_ns = clock_ns(CLOCK_REALTIME), .views = {{0, "default"}}},
                                                test::unbounded_settings(), test::now());
    Cache cache;
    int taken = 0;
    for (int i = 0; i < 200'000; i++) {
        const Octets message = damage(good);
        const std::optional<Entry> entry = restorer.entry_of(record(message));
        if (entry) {
            ASSERT_GE(entry->head.lifetime, 1U);
            ASSERT_FALSE(is_dead(entry->head, monotonic_ns(), test::stale_max_age + 1));
            ASSERT_TRUE(put(cache.table, *entry, monotonic_ns()));
            taken++;
        }
    }
    EXPECT_GT(taken, 1000) << "hardly anything was tried";
    uint32_t whole = 0;
    for_each_answer(cache.memory, [&](const AnswerCopy &) { whole++; });
    EXPECT_EQ(whole, cache.table.entries()) << "some do not read as answers";
}

TEST_F(Hostile, BlocksOfRandomOctets) {
    for (int i = 0; i < 20'000; i++) {
        const UniqueFd file = test::memory_file();
        BlockWriter writer(file.get(), "test.snapshot");
        ASSERT_TRUE(writer.begin({.written_ns = below(UINT64_MAX), .views = {{0, std::string(1 + below(80), 'v')}}}));
        Octets message(below(60));
        std::generate(message.begin(), message.end(), [&] { return static_cast<uint8_t>(below(256)); });
        ASSERT_TRUE(writer.add(record(message)));
        ASSERT_TRUE(writer.end());
        Octets content = test::content_of(file);
        content[below(content.size())] = static_cast<uint8_t>(below(256));
        if (auto reader = test::open(content)) {
            ASSERT_EQ(reader->next().value().value().message.size(), message.size());
        }
    }
}

} // namespace
} // namespace fastpath::snapshot
