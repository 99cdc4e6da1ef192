// SPDX-License-Identifier: Apache-2.0
// LocalResolver in virtual time, on a host whose addresses answer as the test says: where it settles, what it takes
// for up and usable, and what it logs.
#include "upstream/local_resolver.h"

#include "unit/captured_log.h"
#include "unit/probed_hosts.h"

#include <algorithm>
#include <gtest/gtest.h>

namespace fastpath {
namespace {

using namespace std::chrono_literals;

const IpAddress first = parse_address("198.18.0.2").value();
const IpAddress second = parse_address("2001:db8::2").value();
const IpAddress loopback = parse_address("127.0.0.1").value();
const IpAddress loopback_ipv6 = parse_address("::1").value();

constexpr uint64_t second_ns = FP_NSEC_PER_SEC;

class LocalResolverTest : public testing::Test {
  protected:
    static LocalResolver::Settings settings(std::vector<IpAddress> listen) {
        return {.listen = std::move(listen), .health = {.recovery = 10s}};
    }
    void pass(std::chrono::nanoseconds span) {
        const uint64_t end = host_.now_ns + static_cast<uint64_t>(span.count());
        for (uint64_t next = 0; (next = std::min(host_.due_ns(), resolver_.due_ns())) <= end;) {
            host_.now_ns = std::max(host_.now_ns, next);
            if (host_.due_ns() <= host_.now_ns) {
                host_.deliver_next();
            } else {
                resolver_.run(host_.now_ns);
            }
        }
        host_.now_ns = end;
    }
    [[nodiscard]] size_t asked_at(const IpAddress &address) const {
        return static_cast<size_t>(std::count_if(host_.asked.begin(), host_.asked.end(),
                                                 [&](const auto &asked) { return asked.server.address == address; }));
    }
    [[nodiscard]] size_t logged(std::string_view text) const { return log_.count(text); }
    [[nodiscard]] size_t lines() const { return log_.lines(); }

    CapturedLog log_;
    ProbedHosts host_;
    std::vector<HealthState> states_;
    LocalResolver resolver_{settings({first, second}),
                            [this](const auto &server, const auto &query, auto timeout, auto callback) {
                                return host_.ask(server, query, timeout, std::move(callback));
                            },
                            [this](HealthState state) { states_.push_back(state); }};
};

constexpr SocketAddress port_53(const IpAddress &address) {
    return {address, 53};
}

TEST_F(LocalResolverTest, IsNotUsableBeforeItHasAnswered) {
    EXPECT_EQ(resolver_.state(), HealthState::unknown);
    EXPECT_FALSE(resolver_.usable());
    EXPECT_LE(resolver_.due_ns(), start_ns);
}

TEST_F(LocalResolverTest, AsksForTheNameServersOfTheRootOnce) {
    host_.at[first] = 0;
    pass(10ms);

    ASSERT_GE(host_.asked.size(), 1U);
    EXPECT_EQ(host_.asked[0].server, port_53(first));
    EXPECT_EQ(host_.asked[0].query.name, WireName{0});
    EXPECT_EQ(host_.asked[0].query.type, rr_type::ns);
    EXPECT_EQ(host_.asked[0].query.bits, 0);
    EXPECT_EQ(host_.asked[0].timeout, 500ms);
}

TEST_F(LocalResolverTest, SettlesOnTheFirstAddressThatAnswers) {
    host_.at = {{first, 0}, {second, 0}, {loopback, 0}, {loopback_ipv6, 0}};
    pass(10ms);

    EXPECT_EQ(resolver_.address(), port_53(first));
    EXPECT_EQ(states_, std::vector{HealthState::up});
    EXPECT_EQ(logged("the resolver on this host is up, at 198.18.0.2"), 1U);
    EXPECT_EQ(lines(), 1U);
}

TEST_F(LocalResolverTest, TriesTheLoopbackAddressesLast) {
    host_.at = {{loopback_ipv6, 0}};
    pass(10ms);
    EXPECT_EQ(resolver_.address(), port_53(loopback_ipv6));
}

TEST_F(LocalResolverTest, GoesOnAskingThatAddressAlone) {
    host_.at = {{first, 0}, {loopback, 0}};
    pass(10ms);
    host_.asked.clear();
    pass(10s);

    EXPECT_GE(asked_at(first), 9U);
    EXPECT_LE(asked_at(first), 12U);
    EXPECT_EQ(host_.asked.size(), asked_at(first));
    for (size_t i = 1; i < host_.asked.size(); ++i) {
        const uint64_t gap = host_.asked[i].at_ns - host_.asked[i - 1].at_ns;
        EXPECT_GE(gap, second_ns * 9 / 10);
        EXPECT_LE(gap, second_ns);
    }
    EXPECT_EQ(lines(), 1U);
}

TEST_F(LocalResolverTest, AsksEachAddressOnceAndNoneThatNeedsAnInterface) {
    resolver_.configure(settings({loopback, first, first, parse_address("fe80::1").value()}), start_ns);
    pass(0ns);

    EXPECT_EQ(host_.asked.size(), 3U);
    EXPECT_EQ(asked_at(loopback), 1U);
    EXPECT_EQ(asked_at(first), 1U);
    EXPECT_EQ(asked_at(loopback_ipv6), 1U);
}

TEST_F(LocalResolverTest, ANameThatDoesNotExistIsAGoodAnswer) {
    host_.at = {{first, FP_RCODE_NXDOMAIN}};
    pass(10ms);
    EXPECT_TRUE(resolver_.usable());
    host_.asked.clear();
    pass(1s);
    EXPECT_EQ(asked_at(loopback), 0U);
}

TEST_F(LocalResolverTest, WhoAnswersServfailIsThere) {
    host_.at = {{first, FP_RCODE_SERVFAIL}};
    pass(10s);

    EXPECT_EQ(states_, std::vector{HealthState::up});
    EXPECT_EQ(resolver_.address(), port_53(first));
}

TEST_F(LocalResolverTest, WhoRefusesIsThereButOfNoUse) {
    host_.at = {{first, FP_RCODE_REFUSED}};
    pass(10s);

    EXPECT_EQ(states_, std::vector{HealthState::up});
    EXPECT_FALSE(resolver_.usable());
    EXPECT_EQ(logged("allow 198.18.0.2 in the resolver's access control"), 1U);
}

TEST_F(LocalResolverTest, ARefusalIsLoggedAgainWhenThereWasNoneBetween) {
    host_.at = {{first, FP_RCODE_REFUSED}};
    pass(5s);
    host_.at[first] = 0;
    pass(5s);
    EXPECT_TRUE(resolver_.usable());
    host_.at[first] = FP_RCODE_REFUSED;
    pass(5s);
    EXPECT_EQ(logged("access control"), 2U);
}

TEST_F(LocalResolverTest, PrefersTheBestAnswer) {
    host_.at = {{first, FP_RCODE_REFUSED}, {second, FP_RCODE_SERVFAIL}, {loopback_ipv6, 0}};
    pass(10ms);
    EXPECT_EQ(resolver_.address(), port_53(loopback_ipv6));

    host_.at.erase(loopback_ipv6);
    pass(3s);
    EXPECT_EQ(resolver_.address(), port_53(second));
    EXPECT_EQ(logged("answers at 2001:db8::2 now, no more at ::1"), 1U);
    EXPECT_EQ(states_, std::vector{HealthState::up});
}

TEST_F(LocalResolverTest, StaysWhereItIsAsLongAsNoneIsBetter) {
    host_.at = {{second, FP_RCODE_SERVFAIL}};
    pass(10ms);
    host_.at[first] = FP_RCODE_SERVFAIL;
    pass(3s);
    EXPECT_EQ(resolver_.address(), port_53(second));
}

TEST_F(LocalResolverTest, AnotherAddressTakesOverWithoutAFailure) {
    host_.at = {{first, 0}, {loopback, 0}};
    pass(10ms);
    host_.at[first] = NoAnswer{};
    pass(2s);

    EXPECT_EQ(resolver_.address(), port_53(loopback));
    EXPECT_EQ(states_, std::vector{HealthState::up});
}

TEST_F(LocalResolverTest, StoppedItIsDownAfterFallProbes) {
    host_.at = {{first, 0}};
    pass(10ms);
    host_.at.clear();
    pass(1800ms);
    EXPECT_EQ(resolver_.state(), HealthState::up);
    EXPECT_TRUE(resolver_.usable()) << "one failure may be chance";
    pass(1200ms);

    EXPECT_EQ(states_, (std::vector{HealthState::up, HealthState::down}));
    EXPECT_FALSE(resolver_.usable());
    EXPECT_EQ(logged("is down: 3 probes in a row without an answer, at 198.18.0.2, 2001:db8::2, 127.0.0.1, ::1"), 1U);
}

// The first round asks the settled address and then the others, each for a timeout; the next ask all at once.
TEST_F(LocalResolverTest, HangingItIsDownSoonToo) {
    host_.at = {{first, 0}};
    pass(10ms);
    host_.at = {{first, NoAnswer{}}, {second, NoAnswer{}}, {loopback, NoAnswer{}}, {loopback_ipv6, NoAnswer{}}};
    pass(3600ms);
    EXPECT_EQ(resolver_.state(), HealthState::down);
}

TEST_F(LocalResolverTest, RoundsDoNotOverlapWhereTheTimeoutIsLong) {
    LocalResolver::Settings slow = settings({first});
    slow.health.timeout = 5s;
    resolver_.configure(slow, start_ns);
    host_.at = {{first, NoAnswer{}}};
    pass(9s);
    EXPECT_EQ(asked_at(first), 2U);
}

TEST_F(LocalResolverTest, ReturnsRecoversAndIsUp) {
    host_.at = {{first, 0}};
    pass(10ms);
    host_.at.clear();
    pass(10s);
    host_.at = {{first, 0}};
    pass(3s);
    EXPECT_EQ(resolver_.state(), HealthState::recovering);
    EXPECT_EQ(resolver_.address(), port_53(first));
    pass(10s);

    EXPECT_EQ(states_, (std::vector{HealthState::up, HealthState::down, HealthState::recovering, HealthState::up}));
    EXPECT_EQ(lines(), 4U);
}

TEST_F(LocalResolverTest, OurOwnLackIsNoFailure) {
    host_.at = {{first, 0}};
    pass(10ms);
    host_.at = {{first, Lack{}}, {second, Lack{}}, {loopback, Lack{}}, {loopback_ipv6, Lack{}}};
    pass(60s);

    EXPECT_EQ(states_, std::vector{HealthState::up});
    EXPECT_EQ(logged("not being probed: no descriptor is left"), 1U);
}

TEST_F(LocalResolverTest, OneAddressThatCouldNotBeAskedIsReasonEnoughNotToJudge) {
    host_.at = {{loopback, Lack{}}};
    pass(60s);
    EXPECT_EQ(resolver_.state(), HealthState::unknown);

    host_.at = {{loopback, Lack{}}, {first, 0}};
    pass(2s);
    EXPECT_EQ(resolver_.state(), HealthState::up) << "who answers is there all the same";
}

TEST_F(LocalResolverTest, AnAddressThatGoesIsNotAskedAnyMore) {
    host_.at = {{first, 0}, {second, 0}};
    pass(10ms);
    resolver_.configure(settings({second}), host_.now_ns);
    EXPECT_FALSE(resolver_.usable());
    host_.asked.clear();
    pass(2s);

    EXPECT_EQ(asked_at(first), 0U);
    EXPECT_EQ(resolver_.address(), port_53(second));
    EXPECT_EQ(states_, std::vector{HealthState::up});
}

TEST_F(LocalResolverTest, AnAddressThatStaysIsKept) {
    host_.at = {{second, 0}};
    pass(10ms);
    host_.at[first] = 0;
    resolver_.configure(settings({first, second}), host_.now_ns);
    EXPECT_EQ(resolver_.address(), port_53(second));
    pass(2s);
    EXPECT_EQ(resolver_.address(), port_53(second));
}

TEST_F(LocalResolverTest, ResultsOfARoundThatWasGivenUpAreNothing) {
    host_.at = {{first, NoAnswer{}}, {second, 0}};
    pass(100us); // its answer is on the way
    host_.at = {{first, NoAnswer{}}, {second, NoAnswer{}}};
    resolver_.configure(settings({second, first}), host_.now_ns);
    pass(900ms);
    EXPECT_EQ(resolver_.state(), HealthState::unknown);
}

TEST_F(LocalResolverTest, ProbesAsTheSettingsSay) {
    LocalResolver::Settings other = settings({first});
    other.name = name_from_text("health.example").value();
    other.type = rr_type::a;
    other.port = 5353;
    other.health.timeout = 200ms;
    resolver_.configure(other, start_ns);
    pass(0ns);

    ASSERT_FALSE(host_.asked.empty());
    EXPECT_EQ(host_.asked[0].server, (SocketAddress{first, 5353}));
    EXPECT_EQ(host_.asked[0].query.name, other.name);
    EXPECT_EQ(host_.asked[0].query.type, rr_type::a);
    EXPECT_EQ(host_.asked[0].timeout, 200ms);
}

} // namespace
} // namespace fastpath
