// SPDX-License-Identifier: Apache-2.0
// Stale answers end when the resolver is well, whatever it then says, and however it treats the daemon. A name is followed for an hour or
// two; it may be stale for some seconds, not for good.
#include "harness/program_run.h"
#include "refresh_story.h"

namespace fastpath::test {
namespace {

constexpr int tolerated = 40; // seconds, of thousands
constexpr uint16_t ok = FP_DNS_QR | FP_DNS_RD | FP_DNS_RA;
const DnsQuery www_query = {.edns = Edns{}};
const ResponseText servfail = {.flags = ok | FP_RCODE_SERVFAIL};

ResponseText www(const std::string &ttl, const std::string &address = "192.0.2.1") {
    return {.answer = {"www.example.com. " + ttl + " IN A " + address}};
}

class StaleEnds : public RefreshStory {
  protected:
    void SetUp() override {
        RefreshStory::SetUp();
        set_stale(FP_STALE_ON_FAILURE);
        probes_say(FP_RESOLVER_UP);
    }

    void set_stale(fp_stale stale) {
        fp_settings settings = default_settings();
        settings.prefetch = 1;
        settings.stale = static_cast<uint8_t>(stale);
        settings.stale_max_age = 86400;
        operator_sets(settings);
    }

    void learn_and_expire() {
        client_learns(www_query, www("300"));
        time_passes(300);
    }

    // Its refresh is under way.
    void learn_and_refresh() {
        client_learns(www_query, www("300"));
        time_passes(270);
        ASSERT_TRUE(client_asks(www_query).hits(www("300"), 270));
        ASSERT_EQ(refreshes_under_way(), 1U);
    }

    // It has expired, and the resolver fails it once.
    void expire_and_fail() {
        learn_and_expire();
        EXPECT_TRUE(client_asks(www_query).misses());
        (void)resolver_answers(servfail);
    }

    // The name is asked for each second, and the resolver answers clients and refreshes with `now`: seconds of stale answers.
    int stale_seconds(const ResponseText &now, int seconds) {
        int stale = 0;
        for (int second = 0; second < seconds; second++) {
            if (refreshes_under_way() > 0) {
                resolver_answers_refresh(www_query, now);
            }
            stale += ask_once(now) ? 1 : 0;
            time_passes(1);
        }
        return stale;
    }

    // Was the answer stale? If the query reaches the resolver, that answers.
    bool ask_once(const ResponseText &now = www("300")) {
        const Reply reply = client_asks(www_query);
        if (reply.is_stale(www("300"))) {
            return true;
        }
        if (reply.misses()) {
            (void)resolver_answers(now);
        }
        return false;
    }

    // A client asks for a name of its own, and gets an answer that is not to be cached.
    void another_is_answered(int number) {
        EXPECT_TRUE(client_asks({.name = "o" + std::to_string(number) + ".example.com."}).misses());
        (void)resolver_answers({.flags = ok | FP_RCODE_NXDOMAIN});
    }
};

// RFC 8767 5: stale data are for when no answer can be had. A resolver blocks the name since: NXDOMAIN without SOA (RFC 2308 5).
TEST_F(StaleEnds, WhenTheNameIsBlocked) {
    learn_and_refresh();
    EXPECT_LT(stale_seconds({.flags = ok | FP_RCODE_NXDOMAIN}, 7200), tolerated);
}

// A key rollover has made it too large for UDP (RFC 2181 9).
TEST_F(StaleEnds, WhenTheAnswerIsTruncated) {
    learn_and_refresh();
    EXPECT_LT(stale_seconds({.flags = ok | FP_DNS_TC}, 7200), tolerated);
}

TEST_F(StaleEnds, WhenTheNameIsRefused) {
    learn_and_refresh();
    EXPECT_LT(stale_seconds({.flags = ok | FP_RCODE_REFUSED}, 7200), tolerated);
}

// RFC 1035 3.2.1: TTL 0 is for the transaction at hand.
TEST_F(StaleEnds, WhenTheTtlHasBecomeZero) {
    learn_and_refresh();
    EXPECT_LT(stale_seconds(www("0", "198.51.100.1"), 7200), tolerated);
}

TEST_F(StaleEnds, WhenTheTtlIsZeroAfterAFailure) {
    expire_and_fail();
    EXPECT_LT(stale_seconds(www("0", "198.51.100.1"), 600), tolerated);
}

TEST_F(StaleEnds, WhenTheTtlIsZeroAlsoWhereStaleIsAlways) {
    set_stale(FP_STALE_ALWAYS);
    learn_and_expire();
    EXPECT_LT(stale_seconds(www("0", "198.51.100.1"), 600), tolerated);
}

// Its access control has no rule for this host's own address.
TEST_F(StaleEnds, WhenTheResolverRefusesTheDaemon) {
    fp_resolver resolver = resolver_now();
    resolver.takes_queries = 0;
    set_resolver(resolver);
    expire_and_fail();
    EXPECT_LT(stale_seconds(www("300"), 7200), tolerated);
}

// It drops the probes, and answers clients.
TEST_F(StaleEnds, WhenTheResolverAnswersOthers) {
    client_learns(www_query, www("300"));
    probes_say(FP_RESOLVER_DOWN);
    time_passes(300);
    int stale = 0;
    for (int second = 0; second < 3600; second++) {
        another_is_answered(second);
        stale += ask_once() ? 1 : 0;
        time_passes(1);
    }
    EXPECT_LT(stale, tolerated);
}

TEST_F(StaleEnds, WhenTheFailureWasHoursAgo) {
    expire_and_fail();
    time_passes(20 * 3600);
    EXPECT_TRUE(client_asks(www_query).misses());
}

// The answer left in fragments, or could not be told from another.
TEST_F(StaleEnds, WhenAnAnswerWasNotSeenHoursAgo) {
    learn_and_expire();
    EXPECT_TRUE(client_asks(www_query).misses());
    fp_resolver resolver = resolver_now();
    resolver.owed_since_ns = 0;
    set_resolver(resolver);
    time_passes(20 * 3600);
    EXPECT_TRUE(client_asks(www_query).misses());
}

// One query that is never answered (an access control, a rate limit), and nobody else who asks.
TEST_F(StaleEnds, WhenOneQueryWasDropped) {
    learn_and_expire();
    EXPECT_TRUE(client_asks({.name = "dropped.example.com."}).misses());
    int stale = 0;
    for (int second = 0; second < 3600; second++) {
        time_passes(1);
        stale += ask_once() ? 1 : 0;
        if (refreshes_under_way() > 0) {
            resolver_answers_refresh(www_query, www("300"));
        }
    }
    EXPECT_LT(stale, tolerated);
}

// The host's firewall rejects one client, or one address of the host has no resolver.
TEST_F(StaleEnds, WhenOthersAreRejectedAtThePort) {
    learn_and_expire();
    int stale = 0;
    for (int second = 0; second < 3600; second++) {
        another_is_answered(second);
        (void)run_tc(Controlled::instance().learn(), icmp_about(frame(), 3, 3));
        stale += ask_once() ? 1 : 0;
        time_passes(1);
    }
    EXPECT_LT(stale, tolerated);
}

} // namespace
} // namespace fastpath::test
