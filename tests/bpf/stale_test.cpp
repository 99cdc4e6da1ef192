// SPDX-License-Identifier: Apache-2.0
// Answers past their TTL (RFC 8767), in virtual time: when they are given, and what they look like.
#include "fixture.h"
#include "harness/expected_answer.h"
#include "harness/program_run.h"
#include "refresh_wishes.h"

namespace fastpath::test {
namespace {

constexpr uint32_t max_age = 3600;

const ResponseText www = {.answer = {"www.example.com. 60 IN A 192.0.2.1", "www.example.com. 60 IN A 192.0.2.2"}};
const ResponseText servfail = {.flags = FP_DNS_QR | FP_DNS_RD | FP_DNS_RA | FP_RCODE_SERVFAIL};
const DnsQuery with_opt = {.edns = Edns{}};

class Stale : public VirtualTime {
  protected:
    void SetUp() override {
        VirtualTime::SetUp();
        set_stale(FP_STALE_ON_FAILURE);
        show_life(now_ns());
        wishes_.consume();
    }

    void set_stale(fp_stale stale) {
        fp_settings settings = default_settings();
        settings.stale = static_cast<uint8_t>(stale);
        settings.stale_max_age = max_age;
        set(settings);
    }

    // With a living daemon.
    void pass(uint32_t seconds) {
        advance(seconds);
        show_life(now_ns());
    }

    void daemon_dies() {
        fp_resolver resolver = resolver_now();
        resolver.probed_ns = 0;
        set_resolver(resolver);
        set_heartbeat(now_ns() - FP_HEARTBEAT_MAX_AGE_NS);
    }

    void resolver_is(fp_resolver_state state, bool takes_queries = true) {
        fp_resolver resolver = {};
        resolver.state = static_cast<uint32_t>(state);
        resolver.takes_queries = takes_queries ? 1 : 0;
        set_resolver(resolver);
        show_life(now_ns());
    }

    // Since `ns` ago it owes answers.
    void resolver_owes_since(uint64_t ns) {
        fp_resolver resolver = {};
        resolver.owed_since_ns = now_ns() - ns;
        set_resolver(resolver);
        show_life(now_ns());
    }

    static void leaves(const Octets &packet) { (void)run_tc(Controlled::instance().learn(), packet); }

    // The resolver's answer to `query` leaves this host.
    static void resolver_answers(const Packet &query, const ResponseText &response) {
        leaves(reply_to(query, expected_answer(query.dns, response, 0)).octets());
    }

    RefreshWishes wishes_;
};

// RFC 8767 4: "it MUST set a TTL greater than 0 ... 30 seconds is RECOMMENDED"; RFC 8914 4.4: Stale Answer.
TEST_F(Stale, WhileTheResolverIsDown) {
    const Cached &cached = add(www);
    resolver_is(FP_RESOLVER_DOWN);
    pass(59);
    EXPECT_TRUE(answers(frame(with_opt), cached));
    pass(1);
    EXPECT_TRUE(gives_stale(frame(with_opt), cached));
    EXPECT_TRUE(gives_stale(frame(), cached)); // no OPT, no error code
    EXPECT_TRUE(gives_stale(frame(Ipv6{}, with_opt), cached));
    EXPECT_TRUE(gives_stale(frame(Vlan{}, with_opt), cached));
}

// RFC 8914 4.20: Stale NXDOMAIN Answer.
TEST_F(Stale, NxdomainHasACodeOfItsOwn) {
    const Cached &cached =
        add({.flags = FP_DNS_QR | FP_DNS_RD | FP_DNS_RA | FP_RCODE_NXDOMAIN,
             .authority = {"example.com. 900 IN SOA ns1.example.com. host.example.com. 1 7200 3600 86400 60"}});
    resolver_is(FP_RESOLVER_DOWN);
    pass(60);
    EXPECT_TRUE(gives_stale(frame(with_opt), cached, FP_EDE_STALE_NXDOMAIN));
}

// The sums of a body whose TTLs all become one value, wherever they stand.
TEST_F(Stale, EveryTtlIsTheStaleOne) {
    std::vector<std::string> records;
    for (int i = 0; i < 70; i++) {
        records.push_back("www.example.com. " + std::to_string(60 + i * 977) + " IN A 192.0.2." + std::to_string(i));
    }
    const Cached &many = add({.answer = records});
    const Cached &odd = add({.question = "mail.example.com. IN MX",
                             .answer = {"mail.example.com. 70000 IN MX 10 odd.example.com.",
                                        "mail.example.com. 65535 IN MX 10 mx.example.com."},
                             .additional = {"ns.example.net. 65536 IN A 192.0.2.1"}});
    resolver_is(FP_RESOLVER_DOWN);
    pass(65535);
    fp_settings settings = default_settings();
    settings.stale = FP_STALE_ON_FAILURE;
    settings.stale_max_age = 86400;
    for (const uint32_t ttl : {1U, 30U, 3600U, 65535U, 65536U, 86400U}) {
        settings.stale_ttl = ttl;
        set(settings);
        EXPECT_TRUE(gives_stale(frame(with_opt), many)) << ttl;
        EXPECT_TRUE(gives_stale(frame(DnsQuery{.name = "mail.example.com.", .qtype = type::mx, .edns = Edns{}}), odd))
            << ttl;
    }
}

TEST_F(Stale, NotWhenSwitchedOff) {
    add(www);
    set_stale(FP_STALE_OFF);
    resolver_is(FP_RESOLVER_DOWN);
    pass(60);
    EXPECT_TRUE(misses(frame()));
}

// RFC 8767 5: the maximum stale timer.
TEST_F(Stale, NotBeyondItsMaximumAge) {
    const Cached &cached = add(www);
    resolver_is(FP_RESOLVER_DOWN);
    pass(60 + max_age - 1);
    EXPECT_TRUE(gives_stale(frame(), cached));
    pass(1);
    EXPECT_TRUE(misses(frame()));
}

TEST_F(Stale, NotForRdZero) {
    add(www);
    resolver_is(FP_RESOLVER_DOWN);
    pass(60);
    EXPECT_TRUE(passes(frame(DnsQuery{.flags = 0}), FP_OUT_pass_no_recursion));
}

TEST_F(Stale, NotAFailure) {
    add(servfail);
    resolver_is(FP_RESOLVER_DOWN);
    pass(5);
    EXPECT_TRUE(misses(frame()));
}

TEST_F(Stale, NotWhatWasFlushed) {
    const Cached &cached = add(www);
    resolver_is(FP_RESOLVER_DOWN);
    pass(60);
    cached.head->lifetime = 0;
    EXPECT_TRUE(misses(frame()));
}

// What fits the client best is left to the resolver only as long as there is one.
TEST_F(Stale, AlsoForAClientWithALargerBuffer) {
    const Cached &cached = add(www, {.limit = 0});
    EXPECT_TRUE(misses(frame(with_opt)));
    resolver_is(FP_RESOLVER_DOWN);
    pass(60);
    EXPECT_TRUE(gives_stale(frame(with_opt), cached));
}

// RFC 8914 2: the extended error is not what makes an answer too large.
TEST_F(Stale, WithoutRoomTheErrorCodeIsLeftOut) {
    const Cached &cached = add({.question = "www.example.com. IN TXT",
                                .answer = {"www.example.com. 60 IN TXT" + std::string(3, ' ') + std::string(200, 'x') +
                                           " " + std::string(200, 'x') + " " + std::string(120, 'x')}});
    const auto size = static_cast<uint16_t>(to_wire(cached.response).size() + FP_DNS_OPT_LEN);
    ASSERT_GT(size, FP_DNS_UDP_MIN);
    resolver_is(FP_RESOLVER_DOWN);
    pass(60);
    const auto query = [](uint16_t buffer) {
        return frame(DnsQuery{.qtype = type::txt, .edns = Edns{.udp_size = buffer}});
    };
    const uint16_t with_code = size + FP_EDNS_EDE_LEN;
    EXPECT_TRUE(gives_stale(query(with_code), cached));
    EXPECT_TRUE(gives_stale(query(with_code - 1), cached, std::nullopt));
    EXPECT_TRUE(gives_stale(query(size), cached, std::nullopt));
}

TEST_F(Stale, TruncatedItSaysWhy) {
    ResponseText response = {.question = "www.example.com. IN TXT"};
    for (int i = 0; i < 3; i++) {
        response.answer.push_back("www.example.com. 60 IN TXT \"" + std::string(200, static_cast<char>('a' + i)) +
                                  "\"");
    }
    add(response);
    resolver_is(FP_RESOLVER_DOWN);
    pass(60);
    const DnsQuery query = {.qtype = type::txt, .edns = Edns{.udp_size = 512}};
    DnsQuery answer = query;
    answer.flags = FP_DNS_QR | FP_DNS_RD | FP_DNS_RA | FP_DNS_TC;
    answer.edns->udp_size = 1232;
    answer.edns->options = edns_option(FP_EDNS_OPTION_EDE, {0, FP_EDE_STALE});
    const Effect effect = run(frame(query).octets());
    EXPECT_EQ(effect.outcome(), FP_OUT_stale);
    EXPECT_EQ(effect.packet, reply_to(frame(query), answer.octets()).octets());
    EXPECT_EQ(effect.counted.truncated, 1U);
}

// A resolver may drop what the daemon asks (its access control, a firewall), and answer clients.
TEST_F(Stale, NotWhileItAnswersOthersWhateverProbesSay) {
    const Cached &cached = add(www);
    resolver_is(FP_RESOLVER_DOWN);
    pass(60);
    resolver_answers(frame(DnsQuery{.name = "never.asked.example."}), {.question = "never.asked.example. IN A"});
    EXPECT_TRUE(misses(frame()));
    cached.head->stale_from = 0;
    advance_ns(FP_RESOLVER_ANSWERS_NS);
    EXPECT_TRUE(gives_stale(frame(), cached));
}

TEST_F(Stale, DownForLongItIsTriedByQueriesToo) {
    const Cached &cached = add(www);
    resolver_is(FP_RESOLVER_DOWN);
    pass(60);
    fp_resolver resolver = resolver_now();
    resolver.state_since_ns = now_ns() - FP_RESOLVER_DOUBT_NS;
    set_resolver(resolver);
    EXPECT_TRUE(misses(frame()));
    EXPECT_TRUE(gives_stale(frame(), cached));
}

// health.interval may be an hour: until the next probe a query every few seconds tries it.
TEST_F(Stale, SilentWhileNobodyProbesItIsTriedByQueries) {
    const Cached &cached = add(www);
    pass(60);
    resolver_owes_since(FP_RESOLVER_SILENCE_NS);
    EXPECT_TRUE(gives_stale(frame(), cached));
    advance_ns(FP_RESOLVER_PROBED_NS);
    set_heartbeat(now_ns());
    EXPECT_TRUE(misses(frame()));
    EXPECT_TRUE(gives_stale(frame(), cached));
}

// What a dead daemon last said of the resolver is void.
TEST_F(Stale, TheDaemonsWordHoldsAsLongAsItLives) {
    const Cached &cached = add(www);
    resolver_is(FP_RESOLVER_DOWN);
    pass(60);
    set_heartbeat(now_ns() - FP_HEARTBEAT_MAX_AGE_NS + 1);
    EXPECT_TRUE(gives_stale(frame(), cached));
    daemon_dies();
    EXPECT_TRUE(misses(frame()));
}

// Queries went up and nothing came down: the programs see that themselves.
TEST_F(Stale, WhileTheResolverIsSilent) {
    const Cached &cached = add(www);
    pass(60);
    resolver_owes_since(FP_RESOLVER_SILENCE_NS - 1);
    EXPECT_TRUE(misses(frame()));
    resolver_owes_since(FP_RESOLVER_SILENCE_NS);
    EXPECT_TRUE(gives_stale(frame(with_opt), cached));
}

TEST_F(Stale, AMissIsWhatTheResolverOwes) {
    const Cached &cached = add(www);
    pass(60);
    EXPECT_TRUE(misses(frame(DnsQuery{.name = "other.example.com."})));
    EXPECT_EQ(resolver_now().owed_since_ns, now_ns());
    advance_ns(FP_NSEC_PER_SEC / 2);
    EXPECT_TRUE(misses(frame(DnsQuery{.name = "third.example.com."})));
    EXPECT_EQ(resolver_now().owed_since_ns, now_ns() - FP_NSEC_PER_SEC / 2); // the first counts
    advance_ns(FP_NSEC_PER_SEC / 2);
    EXPECT_TRUE(gives_stale(frame(), cached));
}

TEST_F(Stale, AnyAnswerEndsTheSilence) {
    add(www);
    pass(60);
    resolver_owes_since(10 * FP_NSEC_PER_SEC);
    resolver_answers(frame(DnsQuery{.name = "never.asked.example."}), {.question = "never.asked.example. IN A"});
    EXPECT_EQ(resolver_now().owed_since_ns, 0U);
    EXPECT_TRUE(misses(frame()));
}

// Nobody else would find out that it is back.
TEST_F(Stale, WithTheDaemonDeadAQueryNowAndThenTriesTheSilentResolver) {
    const Cached &cached = add(www);
    pass(60);
    resolver_owes_since(FP_RESOLVER_SILENCE_NS);
    daemon_dies();
    EXPECT_TRUE(misses(frame()));
    for (int i = 0; i < 4; i++) {
        EXPECT_TRUE(gives_stale(frame(), cached));
        advance(1);
    }
    EXPECT_TRUE(gives_stale(frame(), cached));
    advance(1);
    EXPECT_TRUE(misses(frame()));
    EXPECT_TRUE(gives_stale(frame(), cached));
}

// RFC 8767 5, the client response timer: the resolver is there, but has no answer for this name in time.
TEST_F(Stale, WhenTheResolverTakesTooLongForTheName) {
    const Cached &cached = add(www);
    resolver_is(FP_RESOLVER_UP);
    pass(60);
    EXPECT_TRUE(misses(frame()));
    pass(FP_ANSWER_WAIT - 1);
    resolver_is(FP_RESOLVER_UP); // and answers others
    EXPECT_TRUE(misses(frame()));
    pass(1);
    resolver_is(FP_RESOLVER_UP);
    EXPECT_TRUE(gives_stale(frame(with_opt), cached));
}

TEST_F(Stale, AnAnswerSettlesWhatIsOwed) {
    const Cached &cached = add(www);
    pass(60);
    EXPECT_TRUE(misses(frame()));
    resolver_answers(frame(), www); // its copy in the ring buffer is not looked at here
    EXPECT_EQ(cached.head->stale_from, 0U);
    pass(FP_ANSWER_WAIT);
    EXPECT_TRUE(misses(frame()));
}

// RFC 8767 5: a failed refresh keeps the old data, and is tried again no more than every 30 seconds.
TEST_F(Stale, AfterAFailureTheOldAnswerIsUsed) {
    const Cached &cached = add(www);
    resolver_is(FP_RESOLVER_UP);
    pass(60);
    EXPECT_TRUE(misses(frame()));
    resolver_answers(frame(), servfail);
    EXPECT_TRUE(gives_stale(frame(with_opt), cached));
    pass(FP_REFRESH_RETRY - 1);
    EXPECT_TRUE(gives_stale(frame(), cached));
    EXPECT_TRUE(wishes_.consume().empty());
    pass(1);
    EXPECT_TRUE(gives_stale(frame(), cached)); // the daemon is asked to try
    EXPECT_EQ(wishes_.consume().size(), 1U);
    EXPECT_TRUE(gives_stale(frame(), cached));
    EXPECT_TRUE(wishes_.consume().empty());
}

TEST_F(Stale, AfterAFailureWithTheDaemonDeadAQueryTriesAgain) {
    const Cached &cached = add(www);
    advance(60);
    daemon_dies();
    EXPECT_TRUE(misses(frame()));
    resolver_answers(frame(), servfail);
    EXPECT_TRUE(gives_stale(frame(), cached));
    advance(FP_REFRESH_RETRY);
    EXPECT_TRUE(misses(frame()));
    resolver_answers(frame(), servfail);
    EXPECT_TRUE(gives_stale(frame(), cached));
}

// A failure while the answer is fresh changes nothing: it is for a query with other bits or a larger buffer.
TEST_F(Stale, AFailureBesideAFreshAnswer) {
    const Cached &cached = add(www, {.limit = 0});
    pass(10);
    EXPECT_TRUE(misses(frame(with_opt)));
    resolver_answers(frame(with_opt), servfail);
    EXPECT_EQ(cached.head->stale_from, 0U);
}

// cache.stale: always (RFC 8767 5, with the client response timer at 0).
TEST_F(Stale, AlwaysAtOnceWithARefreshOnTheWay) {
    set_stale(FP_STALE_ALWAYS);
    const Cached &cached = add(www);
    resolver_is(FP_RESOLVER_UP);
    pass(60);
    EXPECT_TRUE(gives_stale(frame(with_opt), cached));
    const auto wishes = wishes_.consume();
    ASSERT_EQ(wishes.size(), 1U);
    EXPECT_EQ(wishes[0].key.hash[0], cached.head->key.hash[0]);
    EXPECT_TRUE(gives_stale(frame(), cached));
    EXPECT_TRUE(wishes_.consume().empty());
    pass(FP_REFRESH_RETRY);
    EXPECT_TRUE(gives_stale(frame(), cached));
    EXPECT_EQ(wishes_.consume().size(), 1U);
}

// Without anybody who refreshes, "always" would be "for ever".
TEST_F(Stale, AlwaysNeedsWhoRefreshes) {
    set_stale(FP_STALE_ALWAYS);
    add(www);
    resolver_is(FP_RESOLVER_UP, false);
    pass(60);
    EXPECT_TRUE(misses(frame()));
}

TEST_F(Stale, AlwaysNeedsALivingDaemon) {
    set_stale(FP_STALE_ALWAYS);
    add(www);
    resolver_is(FP_RESOLVER_UP);
    pass(60);
    daemon_dies();
    EXPECT_TRUE(misses(frame()));
}

// Back after an outage, it gets refreshes at their rate and not the queries of all clients.
TEST_F(Stale, WhileTheResolverRecovers) {
    const Cached &cached = add(www);
    resolver_is(FP_RESOLVER_RECOVERING);
    pass(60);
    EXPECT_TRUE(gives_stale(frame(), cached));
    EXPECT_EQ(wishes_.consume().size(), 1U);
    resolver_is(FP_RESOLVER_UP);
    EXPECT_TRUE(misses(frame()));
}

TEST_F(Stale, AtOnceWhenNobodyHasThePort) {
    const Cached &cached = add(www);
    pass(60);
    for (const auto &[query, type, code] :
         {std::tuple(frame(), 3, 3), std::tuple(frame(Ipv6{}), 1, 4), std::tuple(frame(Vlan{}, Ipv6{}), 1, 4)}) {
        resolver_is(FP_RESOLVER_UP);
        EXPECT_TRUE(misses(query));
        cached.head->stale_from = 0;
        leaves(icmp_about(query, static_cast<uint8_t>(type), static_cast<uint8_t>(code)));
        EXPECT_TRUE(gives_stale(query, cached));
    }
}

// A firewall may reject one client, and one address of the host may have no resolver.
TEST_F(Stale, NotWhenNobodyHasThePortThatOthersAreAnsweredFrom) {
    add(www);
    pass(60);
    resolver_answers(frame(DnsQuery{.name = "never.asked.example."}), {.question = "never.asked.example. IN A"});
    leaves(icmp_about(frame(), 3, 3));
    EXPECT_TRUE(misses(frame()));
}

// What it owed hours ago, and nobody has asked for since, says nothing of today.
TEST_F(Stale, AnOldDebtIsForgotten) {
    const Cached &cached = add(www);
    pass(60);
    EXPECT_TRUE(misses(frame()));
    resolver_answers(frame(), servfail);
    pass(2 * FP_REFRESH_RETRY);
    EXPECT_TRUE(misses(frame()));
    EXPECT_EQ(cached.head->stale_from, 60U + 2 * FP_REFRESH_RETRY + FP_ANSWER_WAIT);
}

// Where nobody can refresh, the query at hand makes the next try.
TEST_F(Stale, AfterAFailureThatNobodyCanRepair) {
    const Cached &cached = add(www);
    resolver_is(FP_RESOLVER_UP, false);
    pass(60);
    EXPECT_TRUE(misses(frame()));
    resolver_answers(frame(), servfail);
    EXPECT_TRUE(gives_stale(frame(), cached));
    pass(FP_REFRESH_RETRY);
    EXPECT_TRUE(misses(frame()));
}

TEST_F(Stale, OtherIcmpSaysNothingOfTheResolver) {
    const std::tuple<Packet, uint8_t, uint8_t> others[] = {
        {frame(), 3, 1},                                   // host
        {frame(), 8, 3},                                   // echo
        {frame(Ipv6{}), 1, 3},                             // address
        {frame(Ipv6{}), 128, 4},                           // echo
        {frame(Udp{.dst = 54}), 3, 3},                     // another port
        {frame(Ipv4{.dst = "198.18.0.77"}), 3, 3},         // no listener
        {frame(Ipv6{.dst = "2001:db8::77"}, Udp{}), 1, 4}, // nor this
    };
    for (const auto &[query, type, code] : others) {
        leaves(icmp_about(query, type, code));
        EXPECT_EQ(resolver_now().owed_since_ns, 0U) << int{type} << "/" << int{code};
    }
}

} // namespace
} // namespace fastpath::test
