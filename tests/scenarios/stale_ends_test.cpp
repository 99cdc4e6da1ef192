// SPDX-License-Identifier: Apache-2.0
// Stale answers end when the resolver is well, whatever it then says, and however it treats the daemon. A name is followed for an
// hour or two; it may be stale for some seconds, not for good.
#include "harness/program_run.h"
#include "refresh_story.h"
namespace fastpath::test {
namespace {
constexpr int tolerated = 40; // seconds, of thousands
constexpr uint16_t ok = FP_DNS_QR | FP_DNS_RD | FP_DNS_RA;
const DnsQuery www_query = {.edns = Edns{}};
ResponseText www(const std::string &ttl, const std::string &address = "192.0.2.1") {
    return {.answer = {"www.example.com. " + ttl + " IN A " + address}};
}
class StaleEnds : public RefreshStory {
  protected:
    void SetUp() override {
        RefreshStory::SetUp();
        stale(FP_STALE_ON_FAILURE);
        probes_say(FP_RESOLVER_UP);
    }
    void stale(fp_stale s) {
        fp_settings settings = default_settings();
        settings.prefetch = 1;
        settings.stale = s;
        settings.stale_max_age = 86400;
        settings.stale_ttl = 30;
        operator_sets(settings);
    }
    void refreshing() {
        client_learns(www_query, www("300"));
        time_passes(270);
        ASSERT_TRUE(client_asks(www_query).hits(www("300"), 270));
        ASSERT_EQ(refreshes_under_way(), 1U);
    }
    // The name is asked for each second, and the resolver answers clients and refreshes with `now`.
    void tell(const ResponseText &now, int seconds) {
        int stale_count = 0;
        for (int s = 0; s < seconds; s++) {
            if (refreshes_under_way() > 0) {
                resolver_answers_refresh(www_query, now);
            }
            const Reply reply = client_asks(www_query);
            if (reply.is_stale(www("300"))) {
                stale_count++;
            } else if (reply.misses()) {
                (void)resolver_answers(now);
            }
            time_passes(1);
        }
        EXPECT_LT(stale_count, tolerated);
    }
};
TEST_F(StaleEnds, BlockedWithoutSoa) {
    refreshing();
    tell({.flags = ok | FP_RCODE_NXDOMAIN}, 7200);
}
TEST_F(StaleEnds, NowTruncated) {
    refreshing();
    tell({.flags = ok | FP_DNS_TC}, 7200);
}
TEST_F(StaleEnds, NowRefused) {
    refreshing();
    tell({.flags = ok | 5}, 7200);
}
TEST_F(StaleEnds, TtlZeroPrefetch) {
    refreshing();
    tell(www("0", "198.51.100.1"), 7200);
}
TEST_F(StaleEnds, TtlZeroAfterOneServfail) {
    client_learns(www_query, www("300"));
    time_passes(300);
    EXPECT_TRUE(client_asks(www_query).misses());
    (void)resolver_answers({.flags = ok | FP_RCODE_SERVFAIL});
    tell(www("0", "198.51.100.1"), 600);
}
TEST_F(StaleEnds, AlwaysTtlZero) {
    stale(FP_STALE_ALWAYS);
    client_learns(www_query, www("300"));
    time_passes(300);
    tell(www("0", "198.51.100.1"), 600);
}
TEST_F(StaleEnds, RefusesDaemonAfterOneServfail) {
    fp_resolver r = resolver_now();
    r.state = FP_RESOLVER_UP;
    r.takes_queries = 0;
    set_resolver(r);
    client_learns(www_query, www("300"));
    time_passes(300);
    EXPECT_TRUE(client_asks(www_query).misses());
    (void)resolver_answers({.flags = ok | FP_RCODE_SERVFAIL});
    int stale_count = 0;
    for (int s = 0; s < 7200; s++) {
        auto q = client_asks(www_query);
        if (q.is_stale(www("300")))
            stale_count++;
        else
            (void)resolver_answers(www("300"));
        time_passes(1);
    }
    EXPECT_LT(stale_count, tolerated);
}
TEST_F(StaleEnds, DownByProbeWhileItAnswersClients) {
    client_learns(www_query, www("300"));
    probes_say(FP_RESOLVER_DOWN);
    time_passes(300);
    int stale_count = 0;
    for (int s = 0; s < 3600; s++) {
        const std::string other = "o" + std::to_string(s) + ".example.com.";
        EXPECT_TRUE(client_asks({.name = other}).misses());
        (void)resolver_answers({.flags = ok | FP_RCODE_NXDOMAIN}); // alive
        if (client_asks(www_query).is_stale(www("300")))
            stale_count++;
        else
            (void)resolver_answers(www("300"));
        time_passes(1);
    }
    EXPECT_LT(stale_count, tolerated);
}
TEST_F(StaleEnds, OldFailureHoursAgo) {
    client_learns(www_query, www("300"));
    time_passes(300);
    EXPECT_TRUE(client_asks(www_query).misses());
    (void)resolver_answers({.flags = ok | FP_RCODE_SERVFAIL});
    time_passes(20 * 3600);
    EXPECT_TRUE(client_asks(www_query).misses());
}
TEST_F(StaleEnds, UnmatchedAnswerHoursAgo) {
    client_learns(www_query, www("300"));
    time_passes(300);
    EXPECT_TRUE(client_asks(www_query).misses()); // its answer left by fragments, or the client went away
    fp_resolver r = resolver_now();
    r.owed_since_ns = 0;
    set_resolver(r);
    time_passes(20 * 3600);
    EXPECT_TRUE(client_asks(www_query).misses());
}
TEST_F(StaleEnds, SilentThoughNobodyProbes) { // health.interval 1h, heartbeat goes on
    client_learns(www_query, www("300"));
    time_passes(300);
    EXPECT_TRUE(
        client_asks({.name = "dropped.example.com."}).misses()); // resolver drops this one (deny, ratelimit, one lost)
    int stale_count = 0;
    for (int s = 0; s < 3600; s++) {
        time_passes(1);
        if (client_asks(www_query).is_stale(www("300")))
            stale_count++;
        else
            (void)resolver_answers(www("300"));
    }
    EXPECT_LT(stale_count, tolerated);
}
// A host firewall REJECTs one client, or another listen address has no resolver; the resolver lives and answers one query a second.
TEST_F(StaleEnds, IcmpOfARejectedClient) {
    client_learns(www_query, www("300"));
    time_passes(300);
    int stale_count = 0;
    for (int s = 0; s < 3600; s++) {
        const std::string other = "o" + std::to_string(s) + ".example.com.";
        EXPECT_TRUE(client_asks({.name = other}).misses());
        (void)resolver_answers({.flags = ok | FP_RCODE_NXDOMAIN});
        (void)run_tc(Controlled::instance().learn(), icmp_about(frame(), 3, 3));
        if (client_asks(www_query).is_stale(www("300")))
            stale_count++;
        else
            (void)resolver_answers(www("300"));
        time_passes(1);
    }
    EXPECT_LT(stale_count, tolerated);
}
} // namespace
} // namespace fastpath::test
