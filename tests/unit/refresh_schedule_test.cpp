// SPDX-License-Identifier: Apache-2.0
// RefreshSchedule in virtual time: what is asked when, against resolvers that behave as Unbound and BIND do.
#include "refresh_schedule_fixture.h"

#include <algorithm>
#include <functional>
#include <gtest/gtest.h>
#include <random>

namespace fastpath {
namespace {

using namespace test;

TEST(RefreshSchedule, HasNothingToDoAtFirst) {
    RefreshSchedule schedule;
    EXPECT_EQ(schedule.due_ns(), never_ns);
    EXPECT_FALSE(schedule.next(start));
    EXPECT_FALSE(schedule.bridge_until_ns(key(1)));
}

TEST(RefreshSchedule, AsksAtOnce) {
    RefreshSchedule schedule;
    EXPECT_TRUE(schedule.request(key(1), start));
    EXPECT_EQ(schedule.waiting(), 1U);
    EXPECT_EQ(schedule.due_ns(), start);
    EXPECT_EQ(ask(schedule, start), Numbers{1});
    EXPECT_EQ(schedule.waiting(), 0U);
    EXPECT_EQ(schedule.in_flight(), 1U);
    EXPECT_EQ(schedule.due_ns(), never_ns);
}

// dns-rules, "own queries": equal ones are asked once at a time (RFC 5452 6).
TEST(RefreshSchedule, EqualQuestionsAreOne) {
    RefreshSchedule schedule;
    schedule.request(key(1), start);
    schedule.request(key(1), start);
    EXPECT_EQ(schedule.waiting(), 1U);
    EXPECT_EQ(ask(schedule, start), Numbers{1});
    EXPECT_TRUE(schedule.request(key(1), start + ms));
    EXPECT_EQ(ask(schedule, start + ms), Numbers{});
    schedule.not_longer(key(1), 100, start + 2 * ms);
    EXPECT_TRUE(schedule.request(key(1), start + 3 * ms));
    EXPECT_EQ(ask(schedule, start + 3 * ms), Numbers{});
    EXPECT_EQ(schedule.waiting(), 1U);
}

TEST(RefreshSchedule, BothHalvesOfAKeyCount) {
    RefreshSchedule schedule;
    schedule.request({{1, 1}}, start);
    schedule.request({{1, 2}}, start);
    EXPECT_EQ(ask(schedule, start).size(), 2U);
}

// After an outage: neither those that failed nor those requested since then wait for the end of their 30 s.
TEST(RefreshSchedule, HoldsEndWhenTheResolverIsBack) {
    RefreshSchedule schedule;
    for (const uint64_t number : {1U, 2U, 3U, 4U}) {
        schedule.request(key(number), start);
    }
    ask(schedule, start);
    schedule.failed(key(1), start + s);
    schedule.failed(key(2), start + s);
    schedule.request(key(2), start + 2 * s);
    schedule.not_longer(key(3), 100, start + s); // waits for a reason of its own
    EXPECT_EQ(ask(schedule, start + 3 * s), Numbers{3});

    schedule.end_holds(start + 4 * s);
    Numbers asked = ask(schedule, start + 4 * s);
    std::sort(asked.begin(), asked.end());
    EXPECT_EQ(asked, (Numbers{1, 2}));
    EXPECT_EQ(schedule.in_flight(), 4U);
    schedule.end_holds(start + 5 * s);
    EXPECT_EQ(ask(schedule, start + 5 * s), Numbers{});
}

TEST(RefreshSchedule, ARefreshedOneIsDoneAndMayBeRequestedAgain) {
    RefreshSchedule schedule;
    schedule.request(key(1), start);
    ask(schedule, start);
    schedule.refreshed(key(1));
    EXPECT_EQ(schedule.in_flight(), 0U);
    EXPECT_EQ(schedule.waiting() + schedule.held_back(), 0U);
    EXPECT_FALSE(schedule.bridge_until_ns(key(1)));

    schedule.request(key(1), start + ms);
    EXPECT_EQ(ask(schedule, start + ms), Numbers{1});
}

// A resolver as the schedule sees it: when it is asked at a time, how long does what it gives live?
struct Resolver {
    std::function<uint32_t(uint64_t asked_at)> ttl;
    uint32_t ours = 0; // seconds that our answer has left, at `start`: a longer life refreshes it
};

// The times in ms after the request at which the question was asked, until it was refreshed or given up.
std::vector<uint64_t> times_asked(const Resolver &resolver, RefreshSchedule &schedule) {
    std::vector<uint64_t> times;
    schedule.request(key(1), start);
    for (uint64_t now = 0; (now = schedule.due_ns()) != never_ns && times.size() < 100;) {
        EXPECT_EQ(ask(schedule, now), Numbers{1});
        times.push_back((now - start) / ms);
        const uint32_t ttl = resolver.ttl(now);
        if (ttl > 0 && now + ttl * s > start + resolver.ours * s) {
            schedule.refreshed(key(1));
        } else {
            schedule.not_longer(key(1), ttl, now);
        }
    }
    return times;
}

// Whole seconds of a clock that is `skew` ahead of ours, down to 0 in the last one.
std::function<uint32_t(uint64_t)> copy_that_ends_in(uint32_t seconds, uint64_t skew, uint32_t new_ttl) {
    return [=](uint64_t now) {
        const uint64_t passed = (now + skew) / s - (start + skew) / s;
        return passed > seconds ? new_ttl : static_cast<uint32_t>(seconds - passed);
    };
}

TEST(RefreshSchedule, WhoResolvesWhenAskedIsAskedOnce) {
    RefreshSchedule schedule;
    EXPECT_EQ(times_asked({.ttl = [](uint64_t) { return 300; }, .ours = 30}, schedule), Numbers{0});
    EXPECT_EQ(schedule.held_back(), 0U);
}

// Unbound, prefetch: yes: the copy, and only then a new one.
TEST(RefreshSchedule, WhoPrefetchesWhenAskedIsAskedAgainSoon) {
    RefreshSchedule schedule;
    const auto prefetching = [](uint64_t now) { return now == start ? 30U : 300U; };
    EXPECT_EQ(times_asked({.ttl = prefetching, .ours = 30}, schedule), (Numbers{0, 1000}));
    EXPECT_EQ(schedule.held_back(), 0U);
}

// Unbound without prefetch: its copy to the end, and in the last second with TTL 0.
TEST(RefreshSchedule, WhoResolvesAfterTheEndIsAskedThen) {
    RefreshSchedule schedule;
    const auto times = times_asked({.ttl = copy_that_ends_in(30, 0, 300), .ours = 30}, schedule);
    EXPECT_EQ(times, (Numbers{0, 1000, 30'020, 30'270, 30'520, 30'770, 31'020}));
    EXPECT_EQ(schedule.held_back(), 0U);
}

// Wherever the seconds of the resolver begin, the new answer is there before the bridge ends.
TEST(RefreshSchedule, TheSecondsOfTheResolverMayBeginAnywhere) {
    for (uint64_t skew = 0; skew < s; skew += 50 * ms) {
        for (const uint32_t left : {0U, 1U, 2U, 30U}) {
            RefreshSchedule schedule;
            const auto times = times_asked({.ttl = copy_that_ends_in(left, skew, 300), .ours = left}, schedule);
            EXPECT_EQ(schedule.held_back(), 0U) << left << " s left, skew of " << skew / ms << " ms";
            EXPECT_LE(times.back(), left * 1000 + 1500) << left << " s left, skew of " << skew / ms << " ms";
            EXPECT_LE(times.size(), 8U) << left << " s left, skew of " << skew / ms << " ms";
        }
    }
}

TEST(RefreshSchedule, AShortLifeIsWaitedForDirectly) {
    RefreshSchedule schedule;
    const auto times = times_asked({.ttl = copy_that_ends_in(1, 0, 300), .ours = 1}, schedule);
    ASSERT_GE(times.size(), 2U);
    EXPECT_EQ(times[1], 1020U);
}

TEST(RefreshSchedule, GivesUpThreeSecondsAfterTheEnd) {
    RefreshSchedule schedule;
    const auto dying = [](uint64_t now) {
        return now < start + 30 * s ? 30 - static_cast<uint32_t>((now - start) / s) : 0U;
    };
    const auto times = times_asked({.ttl = dying, .ours = 100}, schedule);
    ASSERT_GE(times.size(), 3U);
    EXPECT_EQ(times[2], 30'020U);
    for (size_t i = 3; i < times.size(); ++i) {
        EXPECT_EQ(times[i] - times[i - 1], 250U);
    }
    EXPECT_EQ(times.back(), 32'770U);
    EXPECT_EQ(schedule.held_back(), 1U);
}

TEST(RefreshSchedule, ATtlOfZeroForGoodComesToAnEnd) {
    RefreshSchedule schedule;
    const auto times = times_asked({.ttl = [](uint64_t) { return 0; }, .ours = 10}, schedule);
    EXPECT_EQ(times.size(), 13U);
    EXPECT_EQ(times.back(), 3000U);
    EXPECT_EQ(schedule.held_back(), 1U);
}

// A farm behind one address: each answer from another cache.
TEST(RefreshSchedule, ALifeThatGoesUpAndDownComesToAnEndToo) {
    RefreshSchedule schedule;
    std::minstd_rand random(1); // NOLINT(cert-msc51-cpp): the same in each run
    const auto times = times_asked(
        {.ttl = [&random](uint64_t) { return static_cast<uint32_t>(random() % 50); }, .ours = 10'000}, schedule);
    EXPECT_LE(times.size(), 2U + 13U);
    EXPECT_EQ(schedule.held_back(), 1U);
}

TEST(RefreshSchedule, BridgesFromTheRequestOn) {
    RefreshSchedule schedule;
    schedule.request(key(1), start);
    EXPECT_EQ(schedule.bridge_until_ns(key(1)), start + 3 * s);
    ask(schedule, start);
    EXPECT_EQ(schedule.bridge_until_ns(key(1)), start + 3 * s);
    schedule.not_longer(key(1), 30, start + 100 * ms);
    EXPECT_EQ(schedule.bridge_until_ns(key(1)), start + 100 * ms + 33 * s);
    ask(schedule, start + 2 * s);
    schedule.not_longer(key(1), 28, start + 2 * s);
    EXPECT_EQ(schedule.bridge_until_ns(key(1)), start + 33 * s);
    ask(schedule, start + 31 * s);
    schedule.not_longer(key(1), 0, start + 31 * s);
    EXPECT_EQ(schedule.bridge_until_ns(key(1)), start + 33 * s) << "a bridge has an end";
}

TEST(RefreshSchedule, BridgesNothingThatHasFailed) {
    RefreshSchedule schedule;
    schedule.request(key(1), start);
    ask(schedule, start);
    schedule.failed(key(1), start + s);
    EXPECT_FALSE(schedule.bridge_until_ns(key(1)));
    schedule.request(key(1), start + 2 * s);
    EXPECT_LE(schedule.bridge_until_ns(key(1)).value(), start + 2 * s);
}

// RFC 8767 5
TEST(RefreshSchedule, TriesAFailedOneNoMoreThanEvery30Seconds) {
    RefreshSchedule schedule;
    std::vector<uint64_t> times;
    for (uint64_t now = start; now < start + 100 * s; now += 100 * ms) {
        schedule.request(key(1), now);
        if (!ask(schedule, now).empty()) {
            times.push_back((now - start) / s);
            schedule.failed(key(1), now);
        }
    }
    EXPECT_EQ(times, (Numbers{0, 30, 60, 90}));
}

TEST(RefreshSchedule, TheHoldBeginsWithTheFailure) {
    RefreshSchedule schedule;
    schedule.request(key(1), start);
    ask(schedule, start);
    schedule.failed(key(1), start + 5 * s);
    schedule.request(key(1), start + 6 * s);
    EXPECT_EQ(schedule.due_ns(), start + 35 * s);
    EXPECT_EQ(ask(schedule, start + 35 * s - 1), Numbers{});
    EXPECT_EQ(ask(schedule, start + 35 * s), Numbers{1});
}

TEST(RefreshSchedule, GivenUpIsHeldBackToo) {
    RefreshSchedule schedule;
    times_asked({.ttl = [](uint64_t) { return 0; }, .ours = 10}, schedule); // ends at start + 3 s
    schedule.request(key(1), start + 4 * s);
    EXPECT_EQ(schedule.due_ns(), start + 33 * s);
}

TEST(RefreshSchedule, AHoldThatNobodyAsksForIsForgottenWithTime) {
    RefreshSchedule schedule;
    schedule.request(key(1), start);
    ask(schedule, start);
    schedule.failed(key(1), start);
    EXPECT_EQ(schedule.held_back(), 1U);
    EXPECT_EQ(schedule.due_ns(), never_ns);
    ask(schedule, start + 30 * s);
    EXPECT_EQ(schedule.held_back(), 0U);
    schedule.request(key(1), start + 31 * s);
    EXPECT_EQ(ask(schedule, start + 31 * s), Numbers{1});
}

TEST(RefreshSchedule, AfterAFailureItBeginsAnew) {
    RefreshSchedule schedule;
    schedule.request(key(1), start);
    ask(schedule, start);
    schedule.not_longer(key(1), 0, start); // its copy has ended
    ask(schedule, start + s);
    schedule.failed(key(1), start + s);
    schedule.request(key(1), start + 2 * s);
    ask(schedule, start + 31 * s);
    schedule.not_longer(key(1), 100, start + 31 * s);
    EXPECT_EQ(schedule.due_ns(), start + 32 * s) << "soon again, for one that prefetches";
}

TEST(RefreshSchedule, ForgetsInEveryState) {
    RefreshSchedule schedule;
    for (const uint64_t number : {1U, 2U, 3U, 4U}) {
        schedule.request(key(number), start);
    }
    EXPECT_EQ(ask(schedule, start).size(), 4U);
    schedule.not_longer(key(2), 100, start);
    schedule.failed(key(3), start);
    schedule.request(key(5), start);
    schedule.forget(key(1));
    schedule.forget(key(2));
    schedule.forget(key(3));
    schedule.forget(key(5));
    schedule.forget(key(77));

    EXPECT_EQ(schedule.waiting(), 0U);
    EXPECT_EQ(schedule.held_back(), 0U);
    EXPECT_EQ(schedule.in_flight(), 1U);
    EXPECT_EQ(schedule.due_ns(), never_ns);
}

TEST(RefreshSchedule, ResultsOfWhatIsNotInFlightAreNothing) {
    RefreshSchedule schedule;
    schedule.request(key(1), start);
    ask(schedule, start);
    schedule.forget(key(1));
    schedule.refreshed(key(1));
    schedule.not_longer(key(1), 10, start);
    schedule.failed(key(1), start);
    EXPECT_EQ(schedule.in_flight(), 0U);
    EXPECT_EQ(schedule.waiting() + schedule.held_back(), 0U);

    schedule.request(key(2), start);
    schedule.refreshed(key(2));
    EXPECT_EQ(ask(schedule, start), Numbers{2}) << "it was only waiting";
}

} // namespace
} // namespace fastpath
