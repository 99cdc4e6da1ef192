// SPDX-License-Identifier: Apache-2.0
// What is saved comes back: every kind of answer to the octet, at the age that it has by then, under the key and view of then.
#include "cache/age.h"
#include "unit/ctl_cached_answer.h"
#include "unit/random_answer.h"
#include "unit/response_corpus.h"
#include "unit/snapshot_fixture.h"

#include <map>
#include <optional>

namespace fastpath::snapshot {
namespace {

using fastpath::test::cached;
using fastpath::test::CachedQuery;
using fastpath::test::ResponseText;
using test::Cache;
using test::now;
using test::Octets;
using test::restored;
using test::second;
using test::unbounded_settings;

ResponseText address_of(const std::string &name, uint32_t ttl = 300) {
    return {.question = name + " IN A", .answer = {name + " " + std::to_string(ttl) + " IN A 192.0.2.1"}};
}

CachedQuery born_ago(uint64_t seconds) {
    return {.born_ns = monotonic_ns() - seconds * second};
}

// Those of the query that a resolver would give this response to.
uint8_t query_bits_of(const Message &message) {
    const bool has_do = message.opt && (message.opt->flags & FP_EDNS_DO) != 0;
    return static_cast<uint8_t>((has_do ? FP_QUERY_DO : FP_QUERY_AD) |
                                ((message.flags & FP_DNS_CD) != 0 ? FP_QUERY_CD : 0));
}

// As built from the resolver's response; nullopt where that is not to be cached.
std::optional<Entry> entry_for(const Octets &wire) {
    const auto message = parse_message(wire);
    const RestoreSettings settings = unbounded_settings();
    const uint8_t query_bits = message ? query_bits_of(*message) : uint8_t{0};
    const auto lifetime = decide(message.value(), query_bits, settings.policy);
    if (!lifetime) {
        return std::nullopt;
    }
    const EntryContext context = {.key = key_of(message->qname, message->qtype, query_bits, 0, settings.hash_key),
                                  .query_bits = query_bits,
                                  .view = 0,
                                  .limit = static_cast<uint16_t>(message->opt ? 1232 : 0),
                                  .born_ns = monotonic_ns()};
    auto entry = build_entry(*message, *lifetime, context, settings.policy);
    return entry ? std::optional(*std::move(entry)) : std::nullopt;
}

std::string octets_of(const fp_answer &head) {
    return {reinterpret_cast<const char *>(&head), sizeof(head)};
}

// But for the instant from which it counts, which differs by the time between two readings of two clocks.
void expect_same(const Entry &original, Entry copy) {
    EXPECT_NEAR(static_cast<double>(copy.head.born), static_cast<double>(original.head.born), 5e8);
    copy.head.born = original.head.born;
    EXPECT_EQ(octets_of(copy.head), octets_of(original.head));
    EXPECT_EQ(copy.size_class, original.size_class);
    EXPECT_EQ(copy.front, original.front);
    EXPECT_EQ(copy.body, original.body);
}

// False where the answer is none for the cache.
bool round_trip(const ResponseText &text) {
    const std::optional<Entry> entry = entry_for(to_wire(text));
    if (!entry) {
        return false;
    }
    Cache cache;
    cache.add(*entry);
    const std::vector<Entry> back = restored(cache.saved(), unbounded_settings(), now());
    EXPECT_EQ(back.size(), 1U);
    if (!back.empty()) {
        expect_same(*entry, back.front());
    }
    return true;
}

TEST(Snapshot, EachKindOfAnswerComesBackToTheOctet) {
    size_t cacheable = 0;
    for (const auto &response : fastpath::test::response_corpus()) {
        SCOPED_TRACE(response.name);
        cacheable += round_trip(response.text) ? 1U : 0U;
    }
    EXPECT_GT(cacheable, 30U);
}

TEST(Snapshot, RandomAnswersComeBackToTheOctet) {
    size_t cacheable = 0;
    for (uint32_t seed = 0; seed < 500; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        cacheable += round_trip(fastpath::test::random_answer(seed)) ? 1U : 0U;
        ASSERT_FALSE(HasFailure());
    }
    EXPECT_GT(cacheable, 300U);
}

// --- time -------------------------------------------------------------------------------------------------------------

// A cache with one answer that lives 300 seconds and is so old, as a snapshot.
Octets saved_at_age(uint64_t seconds) {
    Cache cache;
    cache.add(cached(address_of("www.example.com."), born_ago(seconds)));
    return cache.saved();
}

Moment later(uint64_t seconds) {
    return {.monotonic_ns = now().monotonic_ns, .realtime_ns = now().realtime_ns + seconds * second};
}

// The host was down, and its monotonic clock began anew.
Moment after_reboot(uint64_t seconds_down, uint64_t uptime) {
    return {.monotonic_ns = uptime * second, .realtime_ns = now().realtime_ns + seconds_down * second};
}

TEST(Snapshot, TimeSpentDownCountsAgainstTheTtls) {
    const std::vector<Entry> back = restored(saved_at_age(100), unbounded_settings(), later(50));
    ASSERT_EQ(back.size(), 1U);
    EXPECT_NEAR(age_of(back[0].head, now().monotonic_ns), 150, 1);
    EXPECT_EQ(back[0].head.lifetime, 300U);
}

TEST(Snapshot, AnAnswerOlderThanThisBootKeepsItsAge) {
    const Moment moment = after_reboot(20, 5);
    const std::vector<Entry> back = restored(saved_at_age(100), unbounded_settings(), moment);
    ASSERT_EQ(back.size(), 1U);
    EXPECT_LT(static_cast<int64_t>(back[0].head.born), 0);
    EXPECT_NEAR(age_of(back[0].head, moment.monotonic_ns), 120, 1);
    EXPECT_NEAR(age_of(back[0].head, moment.monotonic_ns + 30 * second), 150, 1);
    EXPECT_NEAR(static_cast<double>(end_of(back[0].head)), 185e9, 1e9);
    EXPECT_LT(last_used_at(back[0].head), last_used_at(fp_answer{})) << "it was used before this boot";
}

TEST(Snapshot, AnExpiredAnswerIsStaleUntilItsTimeIsOver) {
    const Octets content = saved_at_age(100);
    const Moment stale = after_reboot(200 + test::stale_max_age - 2, 5);
    const std::vector<Entry> back = restored(content, unbounded_settings(), stale);
    ASSERT_EQ(back.size(), 1U);
    EXPECT_GE(age_of(back[0].head, stale.monotonic_ns), back[0].head.lifetime);
    EXPECT_TRUE(is_dead(back[0].head, stale.monotonic_ns + 3 * second, test::stale_max_age));
    EXPECT_TRUE(restored(content, unbounded_settings(), after_reboot(200 + test::stale_max_age + 1, 5)).empty());
}

TEST(Snapshot, TheDeadAreNotSaved) {
    Cache cache;
    cache.add(cached(address_of("dead.example."), born_ago(300 + test::stale_max_age)));
    Entry flushed = cached(address_of("flushed.example."), born_ago(1));
    flushed.head.lifetime = 0;
    cache.add(flushed);
    EXPECT_EQ(test::open(cache.saved())->answers(), 0U);
}

// A step of the clock between save and load: no answer gets younger than it was.
TEST(Snapshot, AClockThatIsALittleBehindCountsAsNoTime) {
    Moment behind = now();
    behind.realtime_ns -= 30 * second;
    const std::vector<Entry> back = restored(saved_at_age(100), unbounded_settings(), behind);
    ASSERT_EQ(back.size(), 1U);
    EXPECT_NEAR(age_of(back[0].head, behind.monotonic_ns), 100, 1);
}

TEST(Snapshot, AClockThatHasLostTheTimeIsNotBelieved) {
    const auto reader = test::open(saved_at_age(100));
    const auto restorer = Restorer::create(reader->head(), unbounded_settings(), {.monotonic_ns = 0, .realtime_ns = 0});
    ASSERT_FALSE(restorer);
    EXPECT_NE(restorer.error().message.find("set the clock right"), std::string::npos) << restorer.error().message;
}

TEST(Snapshot, NoAnswerIsFromTheFuture) {
    const auto reader = test::open(saved_at_age(0));
    const Moment moment = after_reboot(0, 5);
    const auto restorer = Restorer::create(reader->head(), unbounded_settings(), moment);
    const Octets wire = to_wire(address_of("www.example.com."));
    const auto entry = restorer->entry_of({.born_ns = UINT64_MAX, .lifetime = 300, .lead_len = 16, .message = wire});
    ASSERT_TRUE(entry);
    EXPECT_EQ(entry->head.born, moment.monotonic_ns);
}

// --- another config ---------------------------------------------------------------------------------------------------

TEST(Snapshot, ViewsGoByTheirNames) {
    Cache cache;
    CachedQuery query = born_ago(1);
    query.view = 3;
    cache.add(cached(address_of("www.example.com."), query));
    const Octets content = cache.saved({{"default", 0}, {"mta", 3}});

    RestoreSettings settings = unbounded_settings();
    EXPECT_TRUE(restored(content, settings, now()).empty()) << "its view is gone";
    settings.views["mta"] = 7;
    const std::vector<Entry> back = restored(content, settings, now());
    ASSERT_EQ(back.size(), 1U);
    EXPECT_EQ(back[0].head.view, 7U);
    const WireName name = name_from_text("www.example.com.").value();
    const fp_key key = key_of(name, 1, 0, 7, settings.hash_key);
    EXPECT_EQ(back[0].head.key.hash[0], key.hash[0]);
    EXPECT_EQ(back[0].head.key.hash[1], key.hash[1]);
}

TEST(Snapshot, AViewThatCameWhileItWasWrittenIsLeftOut) {
    Cache cache;
    CachedQuery query = born_ago(1);
    query.view = 3;
    cache.add(cached(address_of("www.example.com."), query));
    EXPECT_EQ(test::open(cache.saved({{"default", 0}}))->answers(), 0U);
}

TEST(Snapshot, TheConfigOfNowHolds) {
    const Octets content = saved_at_age(100);
    RestoreSettings settings = unbounded_settings();
    settings.policy.max_ttl = 120;
    const std::vector<Entry> back = restored(content, settings, now());
    ASSERT_EQ(back.size(), 1U);
    EXPECT_EQ(back[0].head.lifetime, 120U);
    settings.stale_max_age = 0;
    settings.policy.max_ttl = 90;
    EXPECT_TRUE(restored(content, settings, now()).empty());
}

// --- into a cache that has answers ------------------------------------------------------------------------------------

TEST(Snapshot, ALaterAnswerStays) {
    Cache cache;
    const Entry old = cached(address_of("www.example.com."), born_ago(100));
    const Entry fresh = cached(address_of("www.example.com.", 60), born_ago(10));
    cache.add(fresh);
    EXPECT_FALSE(put(cache.table, old, monotonic_ns()).value());
    EXPECT_EQ(cache.table.find(old.head.key)->lifetime, 60U);
    Entry again = fresh;
    again.head.born += 1000; // as another reading of the clocks gives it
    EXPECT_FALSE(put(cache.table, again, monotonic_ns()).value());
}

TEST(Snapshot, AnEarlierOrADeadAnswerGivesWay) {
    Cache cache;
    const Entry old = cached(address_of("www.example.com."), born_ago(100));
    const Entry fresh = cached(address_of("www.example.com.", 60), born_ago(10));
    cache.add(old);
    EXPECT_TRUE(put(cache.table, fresh, monotonic_ns()).value());
    EXPECT_EQ(cache.table.counters().fills, 1U) << "one that is loaded is no fill";
    cache.table.flush(fresh.head.key);
    EXPECT_TRUE(put(cache.table, old, monotonic_ns()).value());
    EXPECT_EQ(cache.table.find(old.head.key)->lifetime, 300U);
}

} // namespace
} // namespace fastpath::snapshot
