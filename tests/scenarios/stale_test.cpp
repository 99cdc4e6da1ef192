// SPDX-License-Identifier: Apache-2.0
// Answers that are given although their time is over, because nobody can say anything better (RFC 8767).
#include "story.h"

namespace fastpath::test {
namespace {

constexpr uint16_t ok = FP_DNS_QR | FP_DNS_RD | FP_DNS_RA;
constexpr uint32_t day = 86400;

const DnsQuery www_query = {.edns = Edns{}};
const ResponseText www = {.answer = {"www.example.com. 300 IN A 192.0.2.1"}};
const DnsQuery slow_query = {.name = "slow.example.com.", .edns = Edns{}};
const ResponseText servfail = {.flags = ok | FP_RCODE_SERVFAIL};

class Stale : public Story {
  protected:
    void SetUp() override {
        Story::SetUp();
        set_stale(FP_STALE_ON_FAILURE);
        probes_say(FP_RESOLVER_UP);
    }

    void set_stale(fp_stale stale) {
        fp_settings settings = default_settings();
        settings.stale = static_cast<uint8_t>(stale);
        settings.stale_max_age = day;
        settings.stale_ttl = 30;
        operator_sets(settings);
    }

    // It owes answers for two seconds, and the query that tries whether it is back has been made.
    void the_resolver_is_silent() {
        EXPECT_TRUE(client_asks({.name = "unknown.example.com."}).misses());
        time_passes(1);
        EXPECT_TRUE(client_asks(www_query).misses());
        time_passes(1);
    }

    // `response` is in the cache, and its last second is over.
    void has_expired(const DnsQuery &query, const ResponseText &response, uint32_t lifetime = 300) {
        client_learns(query, response);
        time_passes(lifetime);
    }
};

// RFC 8767 4: "If the data is unable to be authoritatively refreshed when the TTL expires, the record MAY be used as though it is
// unexpired." RFC 8914 4.4: with error 3.
TEST_F(Stale, AnswersAreGivenWhileTheResolverIsDown) {
    has_expired(www_query, www);
    probes_say(FP_RESOLVER_DOWN);
    for (uint32_t age = 0; age < 3600; age += 600) {
        EXPECT_TRUE(client_asks(www_query).is_stale(www));
        EXPECT_TRUE(client_asks(frame(Ipv6{}, www_query)).is_stale(www));
        time_passes(600);
    }
    EXPECT_EQ(queries_at_the_resolver(), 1U);
}

// RFC 6891 6.1.1, RFC 8914 3: the error is in the OPT, and a client without one gets none.
TEST_F(Stale, AnswersHaveAnErrorOnlyForClientsWithOpt) {
    has_expired(www_query, www);
    probes_say(FP_RESOLVER_DOWN);
    EXPECT_TRUE(client_asks(DnsQuery{}).is_stale(www));
    EXPECT_TRUE(client_asks({.edns = Edns{.udp_size = 512}}).is_stale(www));
}

// RFC 8914 4.20: NXDOMAIN has an error of its own.
TEST_F(Stale, NxdomainHasAnErrorOfItsOwn) {
    const ResponseText nxdomain = {
        .flags = ok | FP_RCODE_NXDOMAIN,
        .authority = {"example.com. 900 IN SOA ns1.example.com. host.example.com. 1 7200 3600 86400 60"}};
    has_expired(www_query, nxdomain, 60);
    probes_say(FP_RESOLVER_DOWN);
    EXPECT_TRUE(client_asks(www_query).is_stale(nxdomain));
}

// RFC 8767 4: "MUST set the TTL of each expired record in the message to a value greater than 0", and so of all of them.
TEST_F(Stale, AnswersHaveTheirTtlInEveryRecord) {
    const ResponseText mail = {.answer = {"example.com. 3600 IN MX 10 mx.example.com."},
                               .authority = {"example.com. 7200 IN NS ns1.example.com."},
                               .additional = {"mx.example.com. 60 IN A 192.0.2.25"}};
    const DnsQuery query = {.name = "example.com.", .qtype = type::mx, .edns = Edns{}};
    has_expired(query, mail, 60);
    probes_say(FP_RESOLVER_DOWN);
    EXPECT_TRUE(client_asks(query).is_stale(mail));
}

// RFC 8767 5: without RD there is nothing to be refreshed, and so nothing stale to be given.
TEST_F(Stale, AnswersAreNotForRd0) {
    has_expired(www_query, www);
    probes_say(FP_RESOLVER_DOWN);
    EXPECT_TRUE(client_asks({.flags = 0}).passes(FP_OUT_pass_no_recursion));
}

// RFC 8767 5: "between 1 and 3 days", as cache.stale_max_age says.
TEST_F(Stale, AnswersAreNotOlderThanTheirLimit) {
    has_expired(www_query, www);
    probes_say(FP_RESOLVER_DOWN);
    time_passes(day - 1);
    EXPECT_TRUE(client_asks(www_query).is_stale(www));
    time_passes(1);
    EXPECT_TRUE(client_asks(www_query).misses());
    EXPECT_EQ(loaded().table.entries(), 0U) << "swept";
}

// RFC 8767 5: with the daemon dead nothing is swept, and the programs keep to the limit themselves.
TEST_F(Stale, AnswersAreNotOlderThanTheirLimitWhereNobodySweeps) {
    client_learns(www_query, www);
    daemon_stops();
    time_passes(300 + day - 3);
    the_resolver_is_silent();
    EXPECT_TRUE(client_asks(www_query).is_stale(www));
    time_passes(1);
    EXPECT_TRUE(client_asks(www_query).misses());
}

TEST_F(Stale, AnswersAreNotGivenWhereThatIsOff) {
    set_stale(FP_STALE_OFF);
    has_expired(www_query, www);
    probes_say(FP_RESOLVER_DOWN);
    EXPECT_TRUE(client_asks(www_query).misses());
}

// RFC 8767 4: only what cannot be refreshed; a resolver that is there is asked.
TEST_F(Stale, AnswersAreNotGivenWhileTheResolverAnswers) {
    has_expired(www_query, www);
    client_learns(www_query, www);
    EXPECT_TRUE(client_asks(www_query).hits(www));
}

// A fresh answer is never given as a stale one, whatever the resolver's state.
TEST_F(Stale, AnswersAreFreshWhileTheyLive) {
    client_learns(www_query, www);
    probes_say(FP_RESOLVER_DOWN);
    time_passes(299);
    EXPECT_TRUE(client_asks(www_query).hits(www, 299));
}

// RFC 8767 5: a failed refresh keeps the old data, and is tried again no more often than every 30 s.
TEST_F(Stale, AnswersAreKeptWhenTheResolverFailsTheName) {
    has_expired(www_query, www);
    EXPECT_TRUE(client_asks(www_query).misses());
    EXPECT_TRUE(resolver_answers(servfail).is_not_kept(FillReject::better_cached));
    for (uint32_t second = 0; second < 30; second++) {
        EXPECT_TRUE(client_asks(www_query).is_stale(www)) << second;
        time_passes(1);
    }
    EXPECT_EQ(refreshes_wanted(), 0U);
    EXPECT_TRUE(client_asks(www_query).is_stale(www));
    EXPECT_EQ(refreshes_wanted(), 1U) << "the daemon tries again";
    EXPECT_EQ(queries_at_the_resolver(), 2U);
}

// RFC 8767 5: with the daemon dead it is a client's query that tries again.
TEST_F(Stale, AnswersAreTriedAgainByAClientWhereNoDaemonIs) {
    has_expired(www_query, www);
    EXPECT_TRUE(client_asks(www_query).misses());
    (void)resolver_answers(servfail);
    daemon_stops();
    time_passes(29);
    EXPECT_TRUE(client_asks(www_query).is_stale(www));
    time_passes(2);
    EXPECT_TRUE(client_asks(www_query).misses()) << "one try";
    EXPECT_TRUE(client_asks(www_query).is_stale(www)) << "the others do not wait for it";
}

// RFC 8767 5: a client does not wait longer than it would for an answer; the resolver is slow with this name alone.
TEST_F(Stale, AnswersAreGivenWhereTheResolverOwesTheNameTooLong) {
    has_expired(www_query, www);
    for (int second = 0; second < 3; second++) {
        EXPECT_TRUE(client_asks(www_query).misses()) << "the resolver says nothing to it";
        const std::string other = "other" + std::to_string(second) + ".example.com.";
        client_learns({.name = other}, {.answer = {other + " 300 IN A 192.0.2.1"}});
        time_passes(1);
    }
    EXPECT_TRUE(client_asks(www_query).is_stale(www));
}

// The resolver says nothing to anybody: the daemon's probes may not have noticed yet, or there is no daemon.
TEST_F(Stale, AnswersAreGivenWhereTheResolverIsSilent) {
    has_expired(www_query, www);
    EXPECT_TRUE(client_asks(slow_query).misses());
    time_passes(1);
    EXPECT_TRUE(client_asks(www_query).is_stale(www));
}

// It works while the daemon is dead; then one query in 5 s finds out whether the resolver is back.
TEST_F(Stale, AnswersAreGivenWhileTheDaemonIsDead) {
    client_learns(www_query, www);
    daemon_stops();
    time_passes(300);
    the_resolver_is_silent();
    for (int second = 1; second < 5; second++) {
        EXPECT_TRUE(client_asks(www_query).is_stale(www)) << second;
        time_passes(1);
    }
    EXPECT_TRUE(client_asks(www_query).misses()) << "5 s after the last try";
    EXPECT_TRUE(resolver_answers(www).is_not_kept(FP_LEARN_sent)) << "it is back; nobody reads what it says";
    EXPECT_TRUE(client_asks(www_query).misses());
    daemon_goes_on();
    EXPECT_TRUE(client_asks(www_query).hits(www));
}

// What the daemon said of the resolver is void when the daemon is dead for 30 s.
TEST_F(Stale, AnswersDoNotDependOnWhatADeadDaemonSaid) {
    client_learns(www_query, www);
    probes_say(FP_RESOLVER_DOWN);
    daemon_stops();
    time_passes(300);
    EXPECT_TRUE(client_asks(www_query).misses());
}

// RFC 8767 4: a failure is no data; nothing of it is left when its short life is over.
TEST_F(Stale, FailuresAreNeverGivenStale) {
    client_learns(www_query, www);
    client_learns(slow_query, servfail);
    daemon_stops(); // which would sweep it
    time_passes(300);
    the_resolver_is_silent();
    EXPECT_TRUE(client_asks(www_query).is_stale(www));
    EXPECT_TRUE(client_asks(slow_query).misses());
}

TEST_F(Stale, FlushedAnswersAreNeverGivenStale) {
    has_expired(www_query, www);
    operator_runs({"flush", "www.example.com"});
    probes_say(FP_RESOLVER_DOWN);
    EXPECT_TRUE(client_asks(www_query).misses());
}

// RFC 8767 4: SERVFAIL takes the place of no good answer, but where there is none it is remembered.
TEST_F(Stale, FailuresAreRememberedWhereThereIsNothingBetter) {
    client_learns(www_query, servfail);
    EXPECT_TRUE(client_asks(www_query).hits(servfail));
}

// RFC 9520 3.2: with stale answers off there is nothing better than to remember the failure.
TEST_F(Stale, FailuresAreRememberedWhereTheOldAnswerMayNotBeGiven) {
    set_stale(FP_STALE_OFF);
    has_expired(www_query, www);
    client_learns(www_query, servfail);
    EXPECT_TRUE(client_asks(www_query).hits(servfail));
}

// After its return the name is fresh again with the first answer.
TEST_F(Stale, AnswersAreFreshAgainWhenTheResolverIsBack) {
    has_expired(www_query, www);
    probes_say(FP_RESOLVER_DOWN);
    EXPECT_TRUE(client_asks(www_query).is_stale(www));
    probes_say(FP_RESOLVER_UP);
    client_learns(www_query, www);
    EXPECT_TRUE(client_asks(www_query).hits(www));
}

// RFC 8767 5: so that it is not flooded when it is back, what has expired meanwhile is refreshed by the daemon, at its rate.
TEST_F(Stale, AnswersAreRefreshedByTheDaemonWhileTheResolverRecovers) {
    has_expired(www_query, www);
    probes_say(FP_RESOLVER_DOWN);
    time_passes(600);
    probes_say(FP_RESOLVER_RECOVERING);
    for (int i = 0; i < 10; i++) {
        EXPECT_TRUE(client_asks(www_query).is_stale(www));
    }
    EXPECT_EQ(refreshes_wanted(), 1U);
    EXPECT_EQ(queries_at_the_resolver(), 1U);
}

// cache.stale: always. At once, with a refresh on the way; RFC 8767 5: which is asked for once in 30 s.
TEST_F(Stale, AnswersAreGivenAtOnceWhereTheyAlwaysAre) {
    set_stale(FP_STALE_ALWAYS);
    has_expired(www_query, www);
    EXPECT_TRUE(client_asks(www_query).is_stale(www));
    EXPECT_TRUE(client_asks(www_query).is_stale(www));
    EXPECT_EQ(refreshes_wanted(), 1U);
    time_passes(30);
    EXPECT_TRUE(client_asks(www_query).is_stale(www));
    EXPECT_EQ(refreshes_wanted(), 2U);
    EXPECT_EQ(queries_at_the_resolver(), 1U);
}

// RFC 2181 9, RFC 6891 7: TC=1 and the OPT with its error, if it does not fit.
TEST_F(Stale, AnswersAreTruncatedForSmallClients) {
    ResponseText large;
    for (int i = 0; i < 8; i++) {
        large.answer.push_back("www.example.com. 300 IN TXT \"" + std::to_string(i) + std::string(99, 'x') + "\"");
    }
    has_expired({.qtype = type::txt, .edns = Edns{}}, large);
    probes_say(FP_RESOLVER_DOWN);
    EXPECT_TRUE(client_asks({.qtype = type::txt, .edns = Edns{}}).is_stale(large));
    EXPECT_TRUE(client_asks({.qtype = type::txt, .edns = Edns{.udp_size = 512}}).is_stale_and_truncated(large));
    EXPECT_TRUE(client_asks({.qtype = type::txt}).is_stale_and_truncated(large));
}

} // namespace
} // namespace fastpath::test
