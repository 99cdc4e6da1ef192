// SPDX-License-Identifier: Apache-2.0
// Names that are asked for often never miss: they are refreshed in the last tenth of their life.
#include "refresh_story.h"

namespace fastpath::test {
namespace {

constexpr uint16_t ok = FP_DNS_QR | FP_DNS_RD | FP_DNS_RA;

const DnsQuery www_query = {.edns = Edns{}};

ResponseText www(const std::string &ttl, const std::string &address = "192.0.2.1") {
    return {.answer = {"www.example.com. " + ttl + " IN A " + address}};
}

class Prefetch : public RefreshStory {
  protected:
    void SetUp() override {
        RefreshStory::SetUp();
        set_prefetch(true);
        probes_say(FP_RESOLVER_UP);
    }

    void set_prefetch(bool on) {
        fp_settings settings = default_settings();
        settings.prefetch = on ? 1 : 0;
        settings.stale = FP_STALE_ON_FAILURE;
        settings.stale_max_age = 86400;
        settings.stale_ttl = 30;
        operator_sets(settings);
    }

    // In the cache, and in the last tenth of its 300 seconds a client has asked for it.
    void is_being_refreshed() {
        client_learns(www_query, www("300"));
        time_passes(270);
        ASSERT_TRUE(client_asks(www_query).hits(www("300"), 270));
        ASSERT_EQ(refreshes_under_way(), 1U);
    }
};

TEST_F(Prefetch, BeginsWithAHitInTheLastTenthOfALife) {
    client_learns(www_query, www("300"));
    time_passes(269);
    EXPECT_TRUE(client_asks(www_query).hits(www("300"), 269));
    EXPECT_EQ(refreshes_under_way(), 0U);
    time_passes(1);
    EXPECT_TRUE(client_asks(www_query).hits(www("300"), 270));
    EXPECT_EQ(refreshes_under_way(), 1U);
}

// RFC 5452 5: equal questions are asked once at a time.
TEST_F(Prefetch, AsksOnceHoweverManyHit) {
    is_being_refreshed();
    for (int i = 0; i < 20; i++) {
        EXPECT_TRUE(client_asks(www_query).hits(www("300"), 270));
    }
    EXPECT_EQ(refreshes_under_way(), 1U);
    EXPECT_EQ(refreshes_wanted(), 1U);
}

TEST_F(Prefetch, KeepsAHotNameFromEverMissing) {
    client_learns(www_query, www("300"));
    uint32_t age = 0;
    for (int second = 0; second < 2000; second++, age++) {
        ASSERT_TRUE(client_asks(www_query).hits(www("300"), age)) << second;
        if (refreshes_under_way() > 0) {
            resolver_answers_refresh(www_query, www("300"));
            age = 0;
        }
        time_passes(1);
    }
    EXPECT_EQ(queries_at_the_resolver(), 1U);
}

TEST_F(Prefetch, BringsWhatHasChanged) {
    is_being_refreshed();
    resolver_answers_refresh(www_query, www("60", "198.51.100.1"));
    EXPECT_TRUE(client_asks(www_query).hits(www("60", "198.51.100.1")));
}

TEST_F(Prefetch, LeavesANameAloneThatNobodyAsksFor) {
    client_learns(www_query, www("300"));
    time_passes(300);
    EXPECT_EQ(refreshes_under_way(), 0U);
    EXPECT_TRUE(client_asks(www_query).misses());
}

TEST_F(Prefetch, IsNotDoneWhereThatIsOff) {
    set_prefetch(false);
    client_learns(www_query, www("300"));
    time_passes(299);
    EXPECT_TRUE(client_asks(www_query).hits(www("300"), 299));
    EXPECT_EQ(refreshes_wanted(), 0U);
}

// RFC 6840 5.6-5.9: with the DO, CD and AD that the answer is for.
TEST_F(Prefetch, AsksWithTheBitsOfTheAnswer) {
    const DnsQuery query = {.flags = FP_DNS_RD | FP_DNS_CD | FP_DNS_AD, .edns = Edns{.flags = FP_EDNS_DO}};
    client_learns(query, www("100"));
    time_passes(95);
    EXPECT_TRUE(client_asks(query).hits(www("100"), 95));
    resolver_answers_refresh(query, www("100"));
    EXPECT_TRUE(client_asks(query).hits(www("100")));
}

// A resolver with a cache of its own gives its copy, which ends when ours does. It is asked again, and the old answer, with a TTL
// of 0, bridges the gap.
TEST_F(Prefetch, OfAResolversOwnCopyIsTriedAgain) {
    is_being_refreshed();
    resolver_answers_refresh(www_query, www("30"));
    EXPECT_TRUE(client_asks(www_query).hits(www("300"), 270));
    time_passes(1);
    EXPECT_EQ(refreshes_under_way(), 1U) << "it may have resolved anew meanwhile";
    resolver_answers_refresh(www_query, www("29"));
    time_passes(29);
    EXPECT_TRUE(client_asks(www_query).is_bridged(www("300")));
    time_passes(1);
    EXPECT_EQ(refreshes_under_way(), 1U) << "its copy has ended";
    resolver_answers_refresh(www_query, www("300"));
    EXPECT_TRUE(client_asks(www_query).hits(www("300")));
    EXPECT_EQ(queries_at_the_resolver(), 1U) << "no client had to wait";
}

// A resolver that prefetches when it is asked near the end has the new answer a second later.
TEST_F(Prefetch, OfAResolverThatPrefetchesItselfIsThereASecondLater) {
    is_being_refreshed();
    resolver_answers_refresh(www_query, www("30"));
    time_passes(1);
    resolver_answers_refresh(www_query, www("299"));
    EXPECT_TRUE(client_asks(www_query).hits(www("299")));
}

// RFC 8767 5: a failed refresh keeps the old answer, to its end and beyond.
TEST_F(Prefetch, ThatFailsKeepsTheOldAnswer) {
    is_being_refreshed();
    resolver_answers_refresh(www_query, {.flags = ok | FP_RCODE_SERVFAIL});
    EXPECT_TRUE(client_asks(www_query).hits(www("300"), 270));
    time_passes(29);
    EXPECT_TRUE(client_asks(www_query).hits(www("300"), 299));
    time_passes(1);
    EXPECT_TRUE(client_asks(www_query).is_stale(www("300")));
}

// What was flushed while its refresh was on the way stays flushed.
TEST_F(Prefetch, DoesNotBringBackWhatWasFlushed) {
    is_being_refreshed();
    operator_runs({"flush-all"});
    resolver_answers_refresh(www_query, www("300"));
    EXPECT_TRUE(client_asks(www_query).misses());
}

// RFC 8767 5: after the resolver's return, what has expired is renewed by refreshes.
TEST_F(Prefetch, RenewsWhatExpiredWhileTheResolverWasDown) {
    client_learns(www_query, www("300"));
    probes_say(FP_RESOLVER_DOWN);
    time_passes(600);
    EXPECT_TRUE(client_asks(www_query).is_stale(www("300")));
    EXPECT_EQ(refreshes_under_way(), 0U);
    probes_say(FP_RESOLVER_RECOVERING);
    EXPECT_TRUE(client_asks(www_query).is_stale(www("300")));
    resolver_answers_refresh(www_query, www("300"));
    EXPECT_TRUE(client_asks(www_query).hits(www("300")));
    EXPECT_EQ(queries_at_the_resolver(), 1U);
}

} // namespace
} // namespace fastpath::test
