// SPDX-License-Identifier: Apache-2.0
// Health in virtual time: a line of events, and the states that they lead through.
#include "upstream/health.h"

#include <dns_fastpath/abi.h>
#include <gtest/gtest.h>
#include <set>
#include <string>

namespace fastpath {
namespace {

using namespace std::chrono_literals;

constexpr HealthSettings settings{.fall = 3, .rise = 2};
constexpr HealthSettings with_recovery{.fall = 3, .rise = 2, .recovery = 10s};

// One event a second: + answered, - failed, . time alone. The state after each by its first
// letter (unknown is ?), a capital where the event said that it has changed.
std::string walk(Health &health, std::string_view events, uint64_t from_second = 100) {
    std::string states;
    uint64_t now = from_second * FP_NSEC_PER_SEC;
    for (const char event : events) {
        const bool changed = event == '+'   ? health.probe_answered(now)
                             : event == '-' ? health.probe_failed(now)
                                            : health.advance(now);
        const bool is_unknown = health.state() == HealthState::unknown;
        const char letter = is_unknown ? '?' : to_string(health.state()).front();
        states += changed ? static_cast<char>(letter - 'a' + 'A') : letter;
        now += FP_NSEC_PER_SEC;
    }
    return states;
}

std::string walk(const HealthSettings &how, std::string_view events) {
    Health health(how);
    return walk(health, events);
}

TEST(Health, IsUnknownAtFirst) {
    const Health health(settings);
    EXPECT_EQ(health.state(), HealthState::unknown);
    EXPECT_FALSE(health.is_up());
    EXPECT_EQ(health.due_ns(), never_ns);
}

TEST(Health, TheFirstAnswerIsEnough) {
    EXPECT_EQ(walk(settings, "+++"), "Uuu");
    EXPECT_EQ(walk(settings, "--+"), "??U");
}

TEST(Health, NeverAnsweredIsDownAfterFallFailures) {
    EXPECT_EQ(walk(settings, "----"), "??Dd");
}

TEST(Health, FallsAfterFailuresInARow) {
    EXPECT_EQ(walk(settings, "+--+--+---"), "UuuuuuuuuD");
}

TEST(Health, RisesAfterAnswersInARow) {
    EXPECT_EQ(walk(settings, "+---+-+-++"), "UuuDdddddU");
}

TEST(Health, FlappingDoesNotMoveIt) {
    Health health(settings);
    walk(health, "+");
    EXPECT_EQ(walk(health, "-+-+--+--+-+"), "uuuuuuuuuuuu");
    walk(health, "---");
    EXPECT_EQ(walk(health, "+-+-+--+-+-"), "ddddddddddd");
}

TEST(Health, OneIsEnoughWhereTheSettingsSaySo) {
    EXPECT_EQ(walk({.fall = 1, .rise = 1}, "+-+-+"), "UDUDU");
}

TEST(Health, RecoversForAWhileAfterItsReturn) {
    Health health(with_recovery);
    EXPECT_EQ(walk(health, "+---++", 100), "UuuDdR");
    EXPECT_TRUE(health.is_up());
    EXPECT_EQ(health.due_ns(), 115 * FP_NSEC_PER_SEC);
    EXPECT_EQ(walk(health, "+........", 106), "rrrrrrrrr");
    EXPECT_EQ(walk(health, "..", 115), "Uu");
    EXPECT_EQ(health.due_ns(), never_ns);
}

TEST(Health, AnEventAtTheEndOfRecoveryEndsItToo) {
    for (const char *event : {"+", "-"}) {
        Health health(with_recovery);
        walk(health, "+---++", 100);
        EXPECT_EQ(walk(health, event, 115), "U") << event;
    }
}

TEST(Health, DoesNotRecoverFromNothing) {
    EXPECT_EQ(walk(with_recovery, "+"), "U");
}

TEST(Health, FallsOutOfRecovery) {
    EXPECT_EQ(walk(with_recovery, "+---++--+---++"), "UuuDdRrrrrrDdR");
}

TEST(Health, FailuresCountOnOverTheEndOfRecovery) {
    Health health(with_recovery);
    walk(health, "+---++", 100);
    EXPECT_EQ(walk(health, "---", 113), "rrD");
    Health other(with_recovery);
    walk(other, "+---++", 100);
    EXPECT_EQ(walk(other, "---", 114), "rUD");
}

TEST(Health, GoneSilentItIsDownAndHasToRise) {
    Health health(settings);
    walk(health, "+--");
    EXPECT_TRUE(health.went_silent());
    EXPECT_EQ(health.state(), HealthState::down);
    EXPECT_FALSE(health.went_silent()) << "no change";
    EXPECT_EQ(walk(health, "+-++"), "dddU");
    Health unknown(settings);
    EXPECT_TRUE(unknown.went_silent());
    EXPECT_EQ(walk(unknown, "++"), "dU");
}

TEST(Health, NewSettingsHoldFromTheNextEvent) {
    Health health(settings);
    walk(health, "+-");
    health.configure({.fall = 2, .rise = 1});
    EXPECT_EQ(health.state(), HealthState::up);
    EXPECT_EQ(walk(health, "-+"), "DU");
}

TEST(NextProbe, IsUpToATenthEarly) {
    const uint64_t begun = 5 * FP_NSEC_PER_SEC;
    std::set<uint64_t> times;
    for (uint32_t random = 0; random < 5000; ++random) {
        times.insert(next_probe_ns({.interval = 1s}, begun, random));
    }
    EXPECT_EQ(*times.rbegin(), 6 * FP_NSEC_PER_SEC);
    EXPECT_GE(*times.begin(), 5 * FP_NSEC_PER_SEC + FP_NSEC_PER_SEC * 9 / 10);
    EXPECT_LT(*times.begin(), 5 * FP_NSEC_PER_SEC + FP_NSEC_PER_SEC * 91 / 100);
    EXPECT_GT(times.size(), 1000U);
}

} // namespace
} // namespace fastpath
