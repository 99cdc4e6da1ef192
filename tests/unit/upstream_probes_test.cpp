// SPDX-License-Identifier: Apache-2.0
// UpstreamProbes in virtual time, with upstreams that answer as the test says: who is up and when, and what is logged.
#include "upstream/upstream_probes.h"

#include "unit/captured_log.h"
#include "unit/probed_hosts.h"

#include <algorithm>
#include <gtest/gtest.h>

namespace fastpath {
namespace {

using namespace std::chrono_literals;

const IpAddress near = parse_address("198.18.1.11").value();
const IpAddress far = parse_address("198.18.2.11").value();
const IpAddress ipv6 = parse_address("2001:db8::11").value();

constexpr Silence silence{.queries = 120, .for_ns = 600'000'000};

using Changes = std::vector<std::pair<IpAddress, HealthState>>;

class UpstreamProbesTest : public testing::Test {
  protected:
    static UpstreamProbes::Settings settings(const std::vector<IpAddress> &addresses) {
        UpstreamProbes::Settings made;
        for (const IpAddress &address : addresses) {
            made.upstreams[address] = "pool default, az use1-az" + std::to_string(made.upstreams.size() + 1);
        }
        return made;
    }
    void configure(const UpstreamProbes::Settings &made) { probes_.configure(made, hosts_.now_ns); }
    void pass(std::chrono::nanoseconds span) {
        const uint64_t end = hosts_.now_ns + static_cast<uint64_t>(span.count());
        for (uint64_t next = 0; (next = std::min(hosts_.due_ns(), probes_.due_ns())) <= end;) {
            hosts_.now_ns = std::max(hosts_.now_ns, next);
            if (hosts_.due_ns() <= hosts_.now_ns) {
                hosts_.deliver_next();
            } else {
                probes_.run(hosts_.now_ns);
            }
        }
        hosts_.now_ns = end;
    }
    void mark_silent(const IpAddress &address) { probes_.mark_silent(address, silence, hosts_.now_ns); }
    // In whole seconds; the caller knows that it will be up.
    unsigned seconds_until_up(const IpAddress &address) {
        for (unsigned seconds = 0; seconds < 1000; ++seconds) {
            if (probes_.state(address) == HealthState::up) {
                return seconds;
            }
            pass(1s);
        }
        return 1000;
    }
    [[nodiscard]] std::vector<uint64_t> asked_at(const IpAddress &address) const {
        std::vector<uint64_t> times;
        for (const auto &asked : hosts_.asked) {
            if (asked.server.address == address) {
                times.push_back(asked.at_ns);
            }
        }
        return times;
    }

    CapturedLog log_;
    ProbedHosts hosts_;
    Changes changes_;
    UpstreamProbes probes_{
        [this](const auto &server, const auto &query, auto timeout, auto callback) {
            return hosts_.ask(server, query, timeout, std::move(callback));
        },
        [this](const IpAddress &upstream, HealthState now) { changes_.emplace_back(upstream, now); }};
};

TEST_F(UpstreamProbesTest, HaveNothingToDoWithoutUpstreams) {
    configure({});
    EXPECT_EQ(probes_.due_ns(), never_ns);
    EXPECT_EQ(probes_.state(near), HealthState::unknown);
}

TEST_F(UpstreamProbesTest, AskEachUpstreamAtOnceAsTheSettingsSay) {
    auto made = settings({near, ipv6});
    made.health.timeout = 200ms;
    made.name = name_from_text("health.example").value();
    made.type = rr_type::a;
    made.port = 5353;
    configure(made);
    pass(0ns);

    ASSERT_EQ(hosts_.asked.size(), 2U);
    EXPECT_EQ(hosts_.asked[0].server, (SocketAddress{near, 5353}));
    EXPECT_EQ(hosts_.asked[1].server, (SocketAddress{ipv6, 5353}));
    EXPECT_EQ(hosts_.asked[1].query.name, made.name);
    EXPECT_EQ(hosts_.asked[1].query.type, rr_type::a);
    EXPECT_EQ(hosts_.asked[1].timeout, 200ms);
    EXPECT_EQ(probes_.state(near), HealthState::unknown);
}

TEST_F(UpstreamProbesTest, EachIsUpByItsFirstAnswerAndDownByItsOwnFailures) {
    hosts_.at = {{near, 0}, {far, NoAnswer{}}};
    configure(settings({near, far}));
    pass(10ms);
    EXPECT_EQ(changes_, (Changes{{near, HealthState::up}}));
    pass(10s);

    EXPECT_EQ(changes_, (Changes{{near, HealthState::up}, {far, HealthState::down}}));
    EXPECT_EQ(probes_.state(near), HealthState::up);
    EXPECT_EQ(probes_.state(far), HealthState::down);
    EXPECT_EQ(log_.count("upstream 198.18.1.11 (pool default, az use1-az1) is up\n"), 1U);
    EXPECT_EQ(log_.count("upstream 198.18.2.11 (pool default, az use1-az2) is down: no answer to 3 probes in a row\n"),
              1U);
    EXPECT_EQ(log_.lines(), 2U);
}

TEST_F(UpstreamProbesTest, FallAndRise) {
    hosts_.at = {{near, 0}};
    configure(settings({near}));
    pass(10ms);
    hosts_.at = {{near, NoAnswer{}}};
    pass(1400ms);
    EXPECT_EQ(probes_.state(near), HealthState::up) << "one failure may be chance";
    pass(2200ms);
    EXPECT_EQ(probes_.state(near), HealthState::down);
    hosts_.at = {{near, 0}};
    pass(1s);
    EXPECT_EQ(probes_.state(near), HealthState::down) << "one answer may be chance";
    pass(1s);

    EXPECT_EQ(changes_, (Changes{{near, HealthState::up}, {near, HealthState::down}, {near, HealthState::up}}));
    EXPECT_EQ(log_.lines(), 3U);
}

TEST_F(UpstreamProbesTest, EachHasAScheduleOfItsOwn) {
    hosts_.at = {{near, 0}, {far, 0}, {ipv6, NoAnswer{}}};
    configure(settings({near, far, ipv6}));
    pass(60s);

    for (const IpAddress &address : {near, far, ipv6}) {
        const std::vector<uint64_t> times = asked_at(address);
        EXPECT_GE(times.size(), 60U);
        EXPECT_LE(times.size(), 67U);
        for (size_t i = 1; i < times.size(); ++i) {
            EXPECT_GE(times[i] - times[i - 1], FP_NSEC_PER_SEC * 9 / 10);
            EXPECT_LE(times[i] - times[i - 1], FP_NSEC_PER_SEC);
        }
    }
    EXPECT_NE(asked_at(near).back(), asked_at(far).back()) << "they do not fall into step";
}

TEST_F(UpstreamProbesTest, ProbesOfOneUpstreamDoNotOverlap) {
    auto slow = settings({near});
    slow.health.timeout = 5s;
    hosts_.at = {{near, NoAnswer{}}};
    configure(slow);
    pass(9s);
    EXPECT_EQ(asked_at(near).size(), 2U);
}

TEST_F(UpstreamProbesTest, WhateverIsAnsweredItIsUp) {
    for (const int rcode : {FP_RCODE_NXDOMAIN, FP_RCODE_SERVFAIL, FP_RCODE_REFUSED}) {
        hosts_.at = {{near, rcode}};
        configure(settings({}));
        configure(settings({near}));
        pass(10ms);
        EXPECT_EQ(probes_.state(near), HealthState::up) << rcode;
    }
}

TEST_F(UpstreamProbesTest, ARefusalIsLoggedOnceAndAgainWhenThereWasNoneBetween) {
    hosts_.at = {{near, FP_RCODE_REFUSED}};
    configure(settings({near}));
    pass(10s);
    const char *const refusal = "upstream 198.18.1.11 (pool default, az use1-az1) refuses the probe .: does its access "
                                "control allow this host?";
    EXPECT_EQ(log_.count(refusal), 1U);
    hosts_.at = {{near, 0}};
    pass(2s);
    hosts_.at = {{near, FP_RCODE_REFUSED}};
    pass(2s);
    EXPECT_EQ(log_.count(refusal), 2U);
}

TEST_F(UpstreamProbesTest, OurOwnLackIsNoFailure) {
    hosts_.at = {{near, 0}, {far, 0}};
    configure(settings({near, far}));
    pass(10ms);
    hosts_.at = {{near, Lack{}}, {far, Lack{}}};
    pass(60s);

    EXPECT_EQ(changes_.size(), 2U);
    EXPECT_EQ(log_.count("upstreams are not being probed: no descriptor is left"), 1U);
}

TEST_F(UpstreamProbesTest, StateAndScheduleOutliveAReload) {
    hosts_.at = {{near, 0}, {far, 0}};
    configure(settings({near}));
    pass(500ms);
    const size_t asked = hosts_.asked.size();
    configure(settings({near, far}));
    EXPECT_EQ(probes_.state(near), HealthState::up);
    EXPECT_EQ(probes_.state(far), HealthState::unknown);
    pass(100ms);

    EXPECT_EQ(hosts_.asked.size(), asked + 1) << "the new one alone";
    EXPECT_EQ(probes_.state(far), HealthState::up);
}

TEST_F(UpstreamProbesTest, AnotherQuestionIsAskedAtOnce) {
    hosts_.at = {{near, 0}};
    auto made = settings({near});
    made.health.interval = 1h;
    configure(made);
    pass(10min);
    EXPECT_EQ(hosts_.asked.size(), 1U);
    made.health.interval = 1s;
    configure(made);
    pass(0ns);
    EXPECT_EQ(hosts_.asked.size(), 2U);
    EXPECT_EQ(probes_.state(near), HealthState::up);
}

TEST_F(UpstreamProbesTest, WhoHasLeftIsNotAskedAndNotHeard) {
    hosts_.at = {{near, 0}};
    configure(settings({near}));
    pass(100us); // its answer is on the way
    configure({});
    pass(10s);
    EXPECT_EQ(hosts_.asked.size(), 1U);
    EXPECT_TRUE(changes_.empty());
}

TEST_F(UpstreamProbesTest, AnAnswerToWhoHasLeftIsNoneOfWhoIsBack) {
    hosts_.at = {{near, NoAnswer{}}};
    auto made = settings({near});
    made.health.fall = 1;
    configure(made);
    pass(300ms);
    configure({});
    configure(made);
    hosts_.at = {{near, 0}};
    pass(400ms); // the first probe's time is over

    EXPECT_EQ(changes_, (Changes{{near, HealthState::up}}));
}

TEST_F(UpstreamProbesTest, SilentItIsDownAtOnceAndForAWhile) {
    hosts_.at = {{near, 0}};
    configure(settings({near}));
    pass(100s);
    mark_silent(near);
    EXPECT_EQ(changes_, (Changes{{near, HealthState::up}, {near, HealthState::down}}));
    EXPECT_EQ(log_.count("upstream 198.18.1.11 (pool default, az use1-az1) is down: no answer to 120 queries in 0.6 s; "
                         "probes count again in 2 s\n"),
              1U);
    pass(2s);
    EXPECT_EQ(probes_.state(near), HealthState::down);
    pass(2100ms); // and `rise` probes
    EXPECT_EQ(probes_.state(near), HealthState::up);
    EXPECT_EQ(log_.lines(), 3U);
}

TEST_F(UpstreamProbesTest, SilentBeforeItsFirstProbeItIsDownToo) {
    configure(settings({near}));
    mark_silent(near);
    EXPECT_EQ(changes_, (Changes{{near, HealthState::down}}));
}

TEST_F(UpstreamProbesTest, SilenceOfWhoIsDownOrUnknownIsNoNews) {
    configure(settings({near}));
    pass(10s);
    ASSERT_EQ(changes_, (Changes{{near, HealthState::down}}));
    const size_t lines = log_.lines();
    mark_silent(near);
    mark_silent(far);
    EXPECT_EQ(changes_.size(), 1U);
    EXPECT_EQ(log_.lines(), lines);

    hosts_.at = {{near, 0}};
    EXPECT_LE(seconds_until_up(near), 2U) << "and does not keep it down";
}

TEST_F(UpstreamProbesTest, AnsweringProbesAloneItIsTriedLessAndLess) {
    hosts_.at = {{near, 0}};
    configure(settings({near}));
    pass(10s);
    std::vector<unsigned> downs;
    for (int i = 0; i < 8; ++i) {
        mark_silent(near);
        downs.push_back(seconds_until_up(near));
        pass(1s);
    }
    const std::vector<unsigned> holds = {2, 4, 8, 16, 32, 60, 60, 60};
    for (size_t i = 0; i < holds.size(); ++i) { // and `rise` probes after it
        EXPECT_GE(downs[i], holds[i] + 1) << i;
        EXPECT_LE(downs[i], holds[i] + 3) << i;
    }
}

TEST_F(UpstreamProbesTest, AMinuteOfHealthIsForgiveness) {
    hosts_.at = {{near, 0}};
    configure(settings({near}));
    pass(10s);
    for (int i = 0; i < 4; ++i) {
        mark_silent(near);
        seconds_until_up(near);
    }
    pass(58s);
    mark_silent(near);
    EXPECT_GE(seconds_until_up(near), 32U);
    pass(61s);
    mark_silent(near);
    EXPECT_LE(seconds_until_up(near), 5U);
}

TEST_F(UpstreamProbesTest, ThatAnswersNothingStaysDownAfterTheHold) {
    hosts_.at = {{near, 0}};
    configure(settings({near}));
    pass(10s);
    hosts_.at = {{near, NoAnswer{}}};
    mark_silent(near);
    pass(60s);
    EXPECT_EQ(changes_, (Changes{{near, HealthState::up}, {near, HealthState::down}}));
    EXPECT_EQ(log_.lines(), 2U);
}

} // namespace
} // namespace fastpath
