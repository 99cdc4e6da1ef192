// SPDX-License-Identifier: Apache-2.0
// Reading and flushing the cache beside its writer.
#include "cache/answer_reader.h"
#include "ctl/selection.h"
#include "dns/message.h"
#include "unit/ctl_cached_answer.h"
#include "unit/ctl_heap_cache.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <gtest/gtest.h>
#include <map>
#include <utility>

namespace fastpath::ctl {
namespace {

using test::cached;
using test::HeapCache;
using test::ResponseText;

constexpr uint32_t capacity = 1000;

ResponseText address_of(const std::string &name) {
    return {.question = name + " IN A", .answer = {name + " 300 IN A 192.0.2.1"}};
}

// So many TXT records, each of so many octets.
ResponseText texts_of(const std::string &name, size_t count, size_t length) {
    ResponseText text = {.question = name + " IN TXT"};
    for (size_t i = 0; i < count; i++) {
        text.answer.push_back(name + " 60 IN TXT \"" + std::string(length, static_cast<char>('a' + i)) + "\"");
    }
    return text;
}

std::vector<std::string> names_in(AnswerMemory &memory) {
    std::vector<std::string> names;
    for_each_answer(memory, [&](const AnswerCopy &copy) { names.push_back(name_to_text(copy.name())); });
    return names;
}

class AnswerReader : public testing::Test {
  protected:
    void add(const Entry &entry) { ASSERT_TRUE(table_.insert(entry, 0)); }
    // The way and the slot of the one answer that is there.
    Way &only_way() {
        for (fp_bucket &bucket : memory_.buckets()) {
            for (Way &way : bucket.way) {
                if (way != 0) {
                    return way;
                }
            }
        }
        throw std::logic_error("the cache is empty");
    }
    fp_answer_small &only_slot() {
        std::byte *const chunk = memory_.chunks(FP_ANSWER_small)[0];
        return reinterpret_cast<fp_answer_small *>(chunk)[fp_way_slot(only_way())];
    }

    HeapCache memory_{64};
    AnswerTable table_{memory_, capacity};
};

TEST_F(AnswerReader, FindsNothingInAnEmptyCache) {
    EXPECT_TRUE(names_in(memory_).empty());
}

TEST_F(AnswerReader, CopiesAnswersOfEverySizeClass) {
    add(cached(texts_of("a.example.", 1, 10)));
    add(cached(texts_of("b.example.", 1, 200)));
    add(cached(texts_of("c.example.", 4, 200)));
    std::map<std::string, std::string> classes;
    for_each_answer(memory_,
                    [&](const AnswerCopy &copy) { classes[name_to_text(copy.name())] = copy.size_class().name; });
    const std::map<std::string, std::string> wanted = {
        {"a.example.", "small"}, {"b.example.", "medium"}, {"c.example.", "large"}};
    EXPECT_EQ(classes, wanted);
}

TEST_F(AnswerReader, RebuildsTheMessageWithAgedTtls) {
    const ResponseText text = {.question = "www.example. IN A",
                               .flags = FP_DNS_QR | FP_DNS_RD | FP_DNS_RA,
                               .answer = {"www.example. 300 IN CNAME web.example.", "web.example. 200 IN A 192.0.2.7"}};
    add(cached(text));
    for_each_answer(memory_, [&](const AnswerCopy &copy) {
        const std::vector<uint8_t> wire = copy.message(150);
        const auto message = parse_message(wire);
        ASSERT_TRUE(message);
        EXPECT_EQ(message->flags, text.flags);
        EXPECT_EQ(name_to_text(message->qname), "www.example.");
        EXPECT_EQ(message->qtype, 1);
        ASSERT_EQ(message->records.size(), 2);
        EXPECT_EQ(message->records[0].ttl, 150);
        EXPECT_EQ(message->records[1].ttl, 50);
    });
    EXPECT_EQ(names_in(memory_).size(), 1);
}

TEST_F(AnswerReader, RebuildsTheMessageInTheOrderAsLearned) {
    const ResponseText text = {.question = "www.example. IN A",
                               .answer = {"www.example. 300 IN A 192.0.2.7", "www.example. 300 IN A 192.0.2.8"}};
    const Entry entry = cached(text);
    ASSERT_EQ(entry.head.turn_count, FP_TURNS_SWAPPED);
    add(entry);
    size_t count = 0;
    for_each_answer(memory_, [&](const AnswerCopy &copy) {
        const std::vector<uint8_t> wire = copy.message(1000);
        const auto message = parse_message(wire);
        ASSERT_TRUE(message);
        ASSERT_EQ(message->records.size(), 2);
        EXPECT_EQ(wire[message->records[0].end - 1U], 7);
        EXPECT_EQ(wire[message->records[1].end - 1U], 8);
        EXPECT_EQ(message->records[1].ttl, 0) << "long ended";
        count++;
    });
    EXPECT_EQ(count, 1);
}

TEST_F(AnswerReader, KnowsTheSlotByTheNumbersOfTheMaps) {
    add(cached(address_of("www.example.")));
    for_each_answer(memory_, [&](const AnswerCopy &copy) {
        std::byte *const chunk = memory_.chunks(FP_ANSWER_small)[copy.chunk()];
        const fp_answer_small &slot = reinterpret_cast<fp_answer_small *>(chunk)[copy.element()];
        EXPECT_EQ(std::memcmp(&slot.head, &copy.head(), sizeof(fp_answer)), 0);
    });
    EXPECT_EQ(names_in(memory_).size(), 1);
}

TEST_F(AnswerReader, SkipsASlotThatHasAnotherTag) {
    add(cached(address_of("www.example.")));
    only_slot().head.key.hash[1] ^= 1;
    EXPECT_TRUE(names_in(memory_).empty());
}

TEST_F(AnswerReader, SkipsASlotThatBelongsToAnotherBucket) {
    memory_.use_buckets(2);
    add(cached(address_of("www.example.")));
    only_slot().head.key.hash[0] ^= 1;
    EXPECT_TRUE(names_in(memory_).empty());
}

TEST_F(AnswerReader, SkipsAChunkThatIsNotMapped) {
    add(cached(address_of("www.example.")));
    only_way() = fp_way_make(static_cast<uint32_t>(only_way()), FP_ANSWER_large, 0);
    EXPECT_TRUE(names_in(memory_).empty());
}

TEST_F(AnswerReader, SkipsLengthsThatDoNotFitTheSlot) {
    add(cached(address_of("www.example.")));
    fp_answer_small &slot = only_slot();
    const fp_answer_small good = slot;

    slot.head.body_len = sizeof(slot.body) + 1;
    EXPECT_TRUE(names_in(memory_).empty());
    slot = good;
    slot.head.nscount = sizeof(slot.front) / 2;
    EXPECT_TRUE(names_in(memory_).empty());
    slot = good;
    slot.head.turn_count = sizeof(slot.front) / sizeof(fp_turn);
    EXPECT_TRUE(names_in(memory_).empty());
    slot = good;
    slot.head.name_len = sizeof(slot.front) + 1;
    EXPECT_TRUE(names_in(memory_).empty());
    slot = good;
    slot.head.name_len--; // the root label is cut off
    EXPECT_TRUE(names_in(memory_).empty());
    slot = good;
    slot.front[0] = 64; // no length of a label
    EXPECT_TRUE(names_in(memory_).empty());
    slot = good;
    const auto behind_the_body = static_cast<uint16_t>(good.head.body_len - 3);
    std::memcpy(slot.front + fp_pad8(slot.head.name_len), &behind_the_body, sizeof(behind_the_body));
    EXPECT_TRUE(names_in(memory_).empty());
    slot = good;
    EXPECT_EQ(names_in(memory_), std::vector<std::string>{"www.example."});
}

// Lets a writer in after a way was read and before its slot is.
class InterruptedCache final : public HeapCache {
  public:
    using HeapCache::HeapCache;

    std::span<std::byte *const> chunks(fp_answer_class size_class) override {
        std::exchange(writer, [] {})();
        return HeapCache::chunks(size_class);
    }

    std::function<void()> writer = [] {};
};

TEST(AnswerReaderBesideAWriter, SkipsAnAnswerThatIsReplacedWhileItIsRead) {
    InterruptedCache memory(1);
    AnswerTable table(memory, capacity);
    ASSERT_TRUE(table.insert(cached(address_of("www.example.")), 0));
    auto *const slots = reinterpret_cast<fp_answer_small *>(memory.chunks(FP_ANSWER_small)[0]);
    Way &way = memory.buckets()[0].way[0];
    fp_answer_small &old_slot = slots[fp_way_slot(way)];

    // The answer moves to another slot, and its old one is half overwritten: the head is still that of www.example.
    memory.writer = [&] {
        slots[100] = old_slot;
        way = fp_way_make(static_cast<uint32_t>(way), FP_ANSWER_small, 100);
        std::memset(old_slot.body, 0xee, sizeof(old_slot.body));
    };
    EXPECT_TRUE(names_in(memory).empty());
    EXPECT_EQ(names_in(memory), std::vector<std::string>{"www.example."}) << "undisturbed, it is there";
}

TEST(AnswerReaderBesideAWriter, SeesWhatMovesWhileTheIndexGrows) {
    InterruptedCache memory(64);
    AnswerTable table(memory, capacity);
    const auto add = [&table](int number) {
        return table.insert(cached(address_of("host" + std::to_string(number) + ".example.")), 0).has_value();
    };
    ASSERT_TRUE(add(0) && add(1));
    ASSERT_EQ(memory.buckets().size(), 1U);
    memory.writer = [&] {
        for (int number = 2; number < 40; number++) {
            EXPECT_TRUE(add(number));
        }
    };
    const std::vector<std::string> names = names_in(memory);
    EXPECT_GT(memory.buckets().size(), 1U);
    for (int number = 0; number < 40; number++) {
        EXPECT_TRUE(std::count(names.begin(), names.end(), "host" + std::to_string(number) + ".example.")) << number;
    }
}

// What a daemon does that publishes the answer anew, in another slot.
class AnswerReaderFlush : public testing::Test {
  protected:
    AnswerReaderFlush() {
        if (!table_.insert(cached(address_of("www.example.")), 0)) {
            throw std::runtime_error("the answer does not go into the cache");
        }
        slots_ = reinterpret_cast<fp_answer_small *>(memory_.chunks(FP_ANSWER_small)[0]);
        tag_ = static_cast<uint32_t>(way_);
    }
    void replace(uint32_t tag, uint32_t slot) {
        slots_[slot] = slots_[fp_way_slot(way_)];
        slots_[slot].head.lifetime = 300;
        way_ = fp_way_make(tag, FP_ANSWER_small, slot);
    }
    void flush_while(std::function<void()> writer) {
        for_each_answer(memory_, [&](AnswerCopy &copy) {
            memory_.writer = std::move(writer);
            copy.flush();
        });
    }
    [[nodiscard]] uint32_t lifetime_in(uint32_t slot) const { return slots_[slot].head.lifetime; }

    InterruptedCache memory_{1};
    AnswerTable table_{memory_, capacity};
    Way &way_ = memory_.buckets()[0].way[0];
    uint32_t tag_ = 0;
    fp_answer_small *slots_ = nullptr;
};

TEST_F(AnswerReaderFlush, FollowsTheAnswerToANewSlot) {
    flush_while([this] {
        replace(tag_, 100);
        memory_.writer = [this] { replace(tag_, 101); };
    });
    EXPECT_EQ(lifetime_in(100), 0);
    EXPECT_EQ(lifetime_in(101), 0);
}

TEST_F(AnswerReaderFlush, LeavesAnotherQuestionAloneThatTookTheWay) {
    flush_while([this] { replace(tag_ + 1, 100); });
    EXPECT_EQ(lifetime_in(100), 300);
}

TEST_F(AnswerReaderFlush, EndsBesideAWriterThatNeverRests) {
    uint32_t slot = 100;
    std::function<void()> replace_again = [&] {
        replace(tag_, slot++);
        memory_.writer = replace_again;
    };
    flush_while(replace_again);
    EXPECT_GT(slot, 101);
}

TEST_F(AnswerReader, FlushReachesTheSharedSlot) {
    add(cached(address_of("www.example.")));
    for_each_answer(memory_, [](AnswerCopy &copy) {
        copy.flush();
        EXPECT_EQ(copy.head().lifetime, 0);
    });
    EXPECT_EQ(only_slot().head.lifetime, 0);
    EXPECT_EQ(table_.sweep(0, 64), 1) << "the daemon takes it for dead";
}

TEST(Selection, TakesTheNameAndTypeThatWereAskedFor) {
    const Invocation name = {.name = name_from_text("a.example").value()};
    const Invocation typed = {.name = name.name, .qtype = 15};

    EXPECT_TRUE(is_selected(name, name_from_text("A.example").value(), 1));
    EXPECT_FALSE(is_selected(name, name_from_text("b.a.example").value(), 1));
    EXPECT_TRUE(is_selected(typed, *name.name, 15));
    EXPECT_FALSE(is_selected(typed, *name.name, 1));
}

TEST(Selection, TakesAZoneAtLabelBoundaries) {
    const Invocation zone = {.zone = name_from_text("example.com").value()};

    EXPECT_TRUE(is_selected(zone, name_from_text("example.com").value(), 1));
    EXPECT_TRUE(is_selected(zone, name_from_text("a.b.example.com").value(), 28));
    EXPECT_FALSE(is_selected(zone, name_from_text("badexample.com").value(), 1));
    EXPECT_FALSE(is_selected(zone, name_from_text("com").value(), 1));
}

TEST(Selection, TakesEverythingWhereNothingIsNamed) {
    EXPECT_TRUE(is_selected({}, name_from_text(".").value(), 2));
}

} // namespace
} // namespace fastpath::ctl
