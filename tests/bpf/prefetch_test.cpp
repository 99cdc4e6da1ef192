// SPDX-License-Identifier: Apache-2.0
// Hits in the last tenth of an answer's life ask for a refresh, once; and the bridge between its end and the new one.
#include "fixture.h"
#include "refresh_wishes.h"

namespace fastpath::test {
namespace {

const ResponseText www = {.answer = {"www.example.com. 300 IN A 192.0.2.1"}};

class Prefetch : public VirtualTime {
  protected:
    void SetUp() override {
        VirtualTime::SetUp();
        fp_settings settings = default_settings();
        settings.prefetch = 1;
        set(settings);
        set_heartbeat(now_ns());
        wishes_.consume();
    }

    void pass(uint32_t seconds) {
        advance(seconds);
        set_heartbeat(now_ns());
    }

    RefreshWishes wishes_;
};

TEST_F(Prefetch, AHitInTheLastTenthAsksOnce) {
    const Cached &cached = add(www);
    pass(269);
    EXPECT_TRUE(answers(frame(), cached));
    EXPECT_TRUE(wishes_.consume().empty());
    pass(1);
    EXPECT_TRUE(answers(frame(), cached));
    const auto wishes = wishes_.consume();
    ASSERT_EQ(wishes.size(), 1U);
    EXPECT_EQ(wishes[0].key.hash[0], cached.head->key.hash[0]);
    EXPECT_EQ(wishes[0].key.hash[1], cached.head->key.hash[1]);
    EXPECT_EQ(wishes[0].wanted_ns, now_ns());
    pass(29);
    EXPECT_TRUE(answers(frame(), cached));
    EXPECT_TRUE(wishes_.consume().empty());
}

// The first wish may have been lost with a daemon.
TEST_F(Prefetch, AsksAgainAfterAWhile) {
    const Cached &cached = add({.answer = {"www.example.com. 3600 IN A 192.0.2.1"}});
    pass(3240);
    EXPECT_TRUE(answers(frame(), cached));
    pass(FP_REFRESH_RETRY - 1);
    EXPECT_TRUE(answers(frame(), cached));
    EXPECT_EQ(wishes_.consume().size(), 1U);
    pass(1);
    EXPECT_TRUE(answers(frame(), cached));
    EXPECT_EQ(wishes_.consume().size(), 1U);
}

TEST_F(Prefetch, OfAShortLifeItIsTheLastSecond) {
    const Cached &cached = add({.answer = {"www.example.com. 5 IN A 192.0.2.1"}});
    pass(3);
    EXPECT_TRUE(answers(frame(), cached));
    EXPECT_TRUE(wishes_.consume().empty());
    pass(1);
    EXPECT_TRUE(answers(frame(), cached));
    EXPECT_EQ(wishes_.consume().size(), 1U);
}

TEST_F(Prefetch, WhoseQueryIsAMissAsksForNothing) {
    add(www, {.limit = 0});
    pass(299);
    EXPECT_TRUE(misses(frame(DnsQuery{.name = "other.example.com."})));
    EXPECT_TRUE(wishes_.consume().empty());
}

TEST_F(Prefetch, AFailureIsNotRefreshed) {
    const Cached &cached = add({.flags = FP_DNS_QR | FP_DNS_RD | FP_DNS_RA | FP_RCODE_SERVFAIL});
    pass(4);
    EXPECT_TRUE(answers(frame(), cached));
    EXPECT_TRUE(wishes_.consume().empty());
}

TEST_F(Prefetch, NotWhenSwitchedOff) {
    set(default_settings());
    const Cached &cached = add(www);
    pass(299);
    EXPECT_TRUE(answers(frame(), cached));
    EXPECT_TRUE(wishes_.consume().empty());
}

// The resolver itself gives TTL 0 in the last second of its copy, and then resolves anew: until that is done, so do we.
TEST_F(Prefetch, TheOldAnswerBridgesTheGap) {
    const Cached &cached = add(www);
    cached.head->bridge = 3;
    pass(299);
    EXPECT_TRUE(answers(frame(), cached));
    pass(1);
    EXPECT_TRUE(bridges(frame(), cached));
    EXPECT_TRUE(bridges(frame(Ipv6{}, DnsQuery{.edns = Edns{}}), cached)); // no extended error: nothing has failed
    pass(2);
    EXPECT_TRUE(bridges(frame(), cached));
    pass(1);
    EXPECT_TRUE(misses(frame()));
}

TEST_F(Prefetch, ABridgeIsNotForALargerBuffer) {
    const Cached &cached = add(www, {.limit = 0});
    cached.head->bridge = 3;
    pass(300);
    EXPECT_TRUE(bridges(frame(), cached));
    EXPECT_TRUE(misses(frame(DnsQuery{.edns = Edns{}})));
}

// The programs read the coarse clock, which lies up to a tick behind the daemon's.
TEST_F(Prefetch, AHeartbeatFromTheFutureIsOne) {
    const Cached &cached = add(www);
    cached.head->bridge = 3;
    advance(300);
    set_heartbeat(now_ns() + 4'000'000);
    EXPECT_TRUE(bridges(frame(), cached));
}

TEST_F(Prefetch, ABridgeNeedsALivingDaemon) {
    const Cached &cached = add(www);
    cached.head->bridge = 3;
    advance(300);
    set_heartbeat(now_ns() - FP_HEARTBEAT_MAX_AGE_NS);
    EXPECT_TRUE(misses(frame()));
}

TEST_F(Prefetch, AFlushedAnswerIsNoBridge) {
    const Cached &cached = add(www);
    cached.head->bridge = 3;
    cached.head->lifetime = 0;
    EXPECT_TRUE(misses(frame()));
}

// A full ring buffer loses a wish, which is counted; the next hit asks again.
TEST_F(Prefetch, AFullRingIsTriedAgain) {
    const Cached &cached = add(www);
    pass(270);
    const fp_counters before = counters_now();
    while ((counters_now() - before).refresh_lost == 0) {
        cached.head->refresh_at = 270;
        ASSERT_TRUE(hits(frame()));
    }
    EXPECT_EQ(cached.head->refresh_at, 271U); // not with every hit
    wishes_.consume();
    while (!wishes_.consume().empty()) { // it takes out a turn's worth at a time
    }
    pass(1);
    EXPECT_TRUE(hits(frame()));
    EXPECT_EQ(wishes_.consume().size(), 1U);
}

} // namespace
} // namespace fastpath::test
