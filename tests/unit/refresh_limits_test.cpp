// SPDX-License-Identifier: Apache-2.0
// RefreshSchedule at its limits: rate, queries in flight, room for what waits; and random lives.
#include "refresh_schedule_fixture.h"

#include <gtest/gtest.h>
#include <random>
#include <set>

namespace fastpath {
namespace {

using namespace test;

TEST(RefreshLimits, AsksInTheOrderOfTheRequests) {
    RefreshSchedule schedule;
    for (const uint64_t number : {5U, 3U, 9U, 1U}) {
        schedule.request(key(number), start);
    }
    EXPECT_EQ(ask(schedule, start), (Numbers{5, 3, 9, 1}));
}

TEST(RefreshLimits, KeepsToTheNumberInFlight) {
    RefreshSchedule schedule({.in_flight = 2});
    for (uint64_t number = 0; number < 4; ++number) {
        schedule.request(key(number), start);
    }
    EXPECT_EQ(ask(schedule, start), (Numbers{0, 1}));
    EXPECT_EQ(schedule.due_ns(), never_ns);
    schedule.failed(key(1), start);
    EXPECT_EQ(schedule.due_ns(), start);
    EXPECT_EQ(ask(schedule, start), Numbers{2});
}

TEST(RefreshLimits, KeepsToTheRate) {
    RefreshSchedule schedule({.in_flight = 1'000'000, .waiting = 1'000'000});
    for (uint64_t number = 0; number < 10'000; ++number) {
        schedule.request(key(number), start);
    }
    EXPECT_EQ(ask(schedule, start).size(), 200U);
    EXPECT_EQ(ask(schedule, schedule.due_ns() - 1).size(), 0U);
    uint64_t now = start;
    size_t asked = 0;
    while (now < start + s) { // as a loop does that sleeps until it is due
        now = schedule.due_ns();
        asked += ask(schedule, now).size();
    }
    EXPECT_EQ(now, start + s);
    EXPECT_EQ(asked, 2000U);
    EXPECT_EQ(ask(schedule, now + 10 * s).size(), 200U) << "a pause saves no more than the burst";
}

TEST(RefreshLimits, WhatWaitsForTheRateIsAskedOnceAllTheSame) {
    RefreshSchedule schedule({.per_second = 10, .burst = 1});
    std::multiset<uint64_t> asked;
    for (uint64_t number = 0; number < 5; ++number) {
        schedule.request(key(number), start);
        schedule.request(key(number), start);
    }
    for (uint64_t now = start; schedule.due_ns() != never_ns; now = schedule.due_ns()) {
        const auto some = ask(schedule, now);
        asked.insert(some.begin(), some.end());
    }
    EXPECT_EQ(asked, (std::multiset<uint64_t>{0, 1, 2, 3, 4}));
}

TEST(RefreshLimits, DropsTheNewestOfThoseThatAreDue) {
    RefreshSchedule schedule({.waiting = 2});
    EXPECT_TRUE(schedule.request(key(1), start));
    EXPECT_TRUE(schedule.request(key(2), start));
    EXPECT_FALSE(schedule.request(key(3), start));
    EXPECT_TRUE(schedule.request(key(1), start)) << "known, so it needs no room";
    EXPECT_EQ(schedule.dropped(), 1U);
    EXPECT_EQ(schedule.waiting(), 2U);
    EXPECT_EQ(ask(schedule, start), (Numbers{1, 2}));
}

// Those with hours left do not keep out those with seconds.
TEST(RefreshLimits, DropsTheOneThatIsToBeAskedLast) {
    RefreshSchedule schedule({.waiting = 2});
    schedule.request(key(1), start);
    ask(schedule, start);
    schedule.not_longer(key(1), 1, start);
    schedule.request(key(2), start);
    EXPECT_TRUE(schedule.request(key(3), start));
    EXPECT_EQ(schedule.dropped(), 1U);
    EXPECT_FALSE(schedule.bridge_until_ns(key(1)));
    EXPECT_EQ(ask(schedule, start), (Numbers{2, 3}));
}

TEST(RefreshLimits, ThoseHeldBackNeedNoRoom) {
    RefreshSchedule schedule({.waiting = 1});
    for (uint64_t number = 0; number < 10; ++number) {
        EXPECT_TRUE(schedule.request(key(number), start));
        EXPECT_EQ(ask(schedule, start), Numbers{number});
        schedule.failed(key(number), start);
    }
    EXPECT_EQ(schedule.held_back(), 10U);
    EXPECT_EQ(schedule.dropped(), 0U);
}

// Whatever happens: the sizes add up, no key is in flight twice, and in the end nothing is left.
TEST(RefreshLimits, RandomLivesAddUp) {
    RefreshSchedule schedule({.per_second = 1000, .burst = 10, .in_flight = 20, .waiting = 50});
    std::minstd_rand random(7); // NOLINT(cert-msc51-cpp): the same in each run
    std::set<uint64_t> in_flight;
    uint64_t now = start;
    for (int step = 0; step < 100'000; ++step) {
        now += random() % (5 * ms);
        const uint64_t number = random() % 200;
        const bool flies = in_flight.contains(number);
        switch (random() % 8) {
        case 0:
            schedule.refreshed(key(number));
            in_flight.erase(number);
            break;
        case 1:
            schedule.not_longer(key(number), static_cast<uint32_t>(random() % 3), now);
            in_flight.erase(number);
            break;
        case 2:
            schedule.failed(key(number), now);
            in_flight.erase(number);
            break;
        case 3:
            schedule.forget(key(number));
            in_flight.erase(number);
            break;
        default:
            ASSERT_TRUE(schedule.request(key(number), now) || !flies);
        }
        for (const uint64_t asked : ask(schedule, now)) {
            ASSERT_TRUE(in_flight.insert(asked).second) << "asked twice at a time: " << asked;
        }
        ASSERT_EQ(schedule.in_flight(), in_flight.size());
        ASSERT_LE(schedule.in_flight(), 20U);
        ASSERT_LE(schedule.waiting(), 50U);
        ASSERT_GT(schedule.due_ns(), now) << "all that was due has been asked";
    }
    for (uint64_t number = 0; number < 200; ++number) {
        schedule.forget(key(number));
    }
    EXPECT_EQ(schedule.waiting() + schedule.in_flight() + schedule.held_back(), 0U);
    EXPECT_GT(schedule.dropped(), 0U);
}

} // namespace
} // namespace fastpath
