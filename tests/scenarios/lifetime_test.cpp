// SPDX-License-Identifier: Apache-2.0
// How long an answer lives, and what its TTLs say meanwhile.
#include "clock.h"
#include "story.h"

#include "dns/byte_order.h"

namespace fastpath::test {
namespace {

constexpr uint32_t day = 86400; // cache.max_ttl

const DnsQuery www_query = {};

ResponseText www_with_ttl(const std::string &ttl) {
    return {.answer = {"www.example.com. " + ttl + " IN A 192.0.2.1"}};
}

class Lives : public Story {
  protected:
    // Learned now, given in the first second and in the last, then not any more.
    void lives(const DnsQuery &query, const ResponseText &response, uint32_t seconds) {
        client_learns(query, response);
        EXPECT_TRUE(client_asks(query).hits(response));
        time_passes(seconds - 1);
        EXPECT_TRUE(client_asks(query).hits(response, seconds - 1));
        time_passes(1);
        EXPECT_TRUE(client_asks(query).misses());
    }
};

// RFC 1035 3.2.1: a TTL says how long the record may still be kept, so it goes down; 2181 5.2: each record has its own.
TEST_F(Lives, WithTtlsThatGoDownEachFromItsOwn) {
    const ResponseText chain = {
        .answer = {"www.example.com. 3600 IN CNAME web.example.net.", "web.example.net. 120 IN A 192.0.2.7"},
        .authority = {"example.net. 86400 IN NS ns1.example.net."},
        .additional = {"ns1.example.net. 7200 IN A 192.0.2.53"}};
    const DnsQuery query = {.edns = Edns{}};
    client_learns(query, chain);
    for (uint32_t age = 0; age < 120; age += 7) {
        EXPECT_TRUE(client_asks(query).hits(chain, age)) << age;
        time_passes(7);
    }
}

// RFC 2181 5.2: the lowest TTL of any section ends the whole message.
TEST_F(Lives, AsLongAsTheLowestTtlOfTheAnswer) {
    lives(www_query,
          {.answer = {"www.example.com. 300 IN CNAME web.example.com.", "web.example.com. 20 IN A 192.0.2.1"}}, 20);
}

// RFC 2181 5.2.
TEST_F(Lives, AsLongAsTheLowestTtlOfTheAuthority) {
    ResponseText response = www_with_ttl("300");
    response.authority = {"example.com. 25 IN NS ns1.example.com."};
    lives(www_query, response, 25);
}

// RFC 2181 5.2.
TEST_F(Lives, AsLongAsTheLowestTtlOfTheAdditional) {
    ResponseText response = www_with_ttl("300");
    response.additional = {"ns1.example.com. 30 IN A 192.0.2.53"};
    lives(www_query, response, 30);
}

// RFC 6891 6.1.3: what stands where other records have a TTL is flags in an OPT. Here they are 0.
TEST_F(Lives, AsLongAsItsRecordsWhateverTheOptSays) {
    lives({.edns = Edns{}}, www_with_ttl("300"), 300);
}

// RFC 1035 3.2.1: the shortest life there is.
TEST_F(Lives, OneSecond) {
    lives(www_query, www_with_ttl("1"), 1);
}

// RFC 2181 8: TTLs up to 2^31 - 1 are good; ours is the cap (RFC 8767 4 recommends one), for all records alike.
TEST_F(Lives, NoLongerThanTheCap) {
    lives(www_query, www_with_ttl("2147483647"), day);
    lives({.name = "mail.example.com."}, {.answer = {"mail.example.com. 90000 IN A 192.0.2.25"}}, day);
}

// RFC 8767 4, which amends RFC 2181 8: a set high bit is a large value, not 0 and not negative. No client sees it set.
TEST_F(Lives, ToTheCapWhereTheHighBitIsSet) {
    constexpr size_t first_ttl_at = FP_DNS_HEADER_LEN + 17 + FP_DNS_QTAIL_LEN + 2 + 2 + 2;
    for (const uint16_t high_half : {uint16_t{0x8000}, uint16_t{0xffff}}) {
        EXPECT_TRUE(client_asks(www_query).misses());
        Octets message = message_of(www_with_ttl("0"));
        store_be16(message, first_ttl_at, high_half);
        EXPECT_TRUE(resolver_sends(message).is_kept());
        EXPECT_TRUE(client_asks(www_query).hits(www_with_ttl("86400")));
        time_passes(day - 1);
        EXPECT_TRUE(client_asks(www_query).hits(www_with_ttl("86400"), day - 1));
        time_passes(1);
        EXPECT_TRUE(client_asks(www_query).misses());
    }
}

// RFC 1035 3.2.1: TTL 0 is for the transaction in progress, whatever the section, and whatever cache.min_ttl says.
TEST_F(Lives, NotAtAllWithATtlOfZero) {
    operator_sets(CachePolicy{.min_ttl = 60});
    ResponseText in_authority = www_with_ttl("300");
    in_authority.authority = {"example.com. 0 IN NS ns1.example.com."};
    ResponseText in_additional = www_with_ttl("300");
    in_additional.additional = {"ns1.example.com. 0 IN A 192.0.2.53"};
    for (const ResponseText &response : {www_with_ttl("0"), in_authority, in_additional}) {
        EXPECT_TRUE(client_asks(www_query).misses());
        EXPECT_TRUE(resolver_answers(response).is_not_kept(FillReject::ttl_zero));
    }
    EXPECT_TRUE(client_asks(www_query).misses());
    EXPECT_EQ(queries_at_the_resolver(), 4U);
}

// RFC 2181 5.2: records of one set share the lowest TTL of the set.
TEST_F(Lives, AsLongAsTheFirstRecordOfASetThatEnds) {
    const ResponseText set = {.answer = {"www.example.com. 300 IN A 192.0.2.1", "www.example.com. 40 IN A 192.0.2.2"}};
    client_learns(www_query, set);
    time_passes(39);
    EXPECT_TRUE(client_asks(www_query).hits(set, 39));
    time_passes(1);
    EXPECT_TRUE(client_asks(www_query).misses());
}

// RFC 1035 3.2.1: never up. A resolver counts whole seconds of its clock: what it gives at 0.9 with 300 it gives at 1.0 with 299,
// and so do we.
TEST_F(Lives, WithTtlsNeverAboveTheResolversOwn) {
    time_passes_ns(900'000'000);
    client_learns(www_query, www_with_ttl("300"));
    EXPECT_TRUE(client_asks(www_query).hits(www_with_ttl("300")));
    time_passes_ns(100'000'000);
    EXPECT_TRUE(client_asks(www_query).hits(www_with_ttl("300"), 1));
}

// The end of one life is the beginning of the next; the address may be another then.
TEST_F(Lives, AgainWhenTheNameWasResolvedAgain) {
    const ResponseText moved = {.answer = {"www.example.com. 60 IN A 198.51.100.1"}};
    lives(www_query, www_with_ttl("300"), 300);
    lives(www_query, moved, 60);
    lives(www_query, www_with_ttl("300"), 300);
    EXPECT_EQ(queries_at_the_resolver(), 6U);
}

// What was asked while the answer was there does not prolong it.
TEST_F(Lives, NoLongerForBeingAskedOften) {
    client_learns(www_query, www_with_ttl("300"));
    for (uint32_t age = 0; age < 300; age++) {
        ASSERT_TRUE(client_asks(www_query).hits(www_with_ttl("300"), age));
        time_passes(1);
    }
    EXPECT_TRUE(client_asks(www_query).misses());
}

// Answers age and end in the programs; the daemon has no part in it.
TEST_F(Lives, TheSameWhileTheDaemonIsDead) {
    client_learns(www_query, www_with_ttl("300"));
    daemon_stops();
    time_passes(299);
    EXPECT_TRUE(client_asks(www_query).hits(www_with_ttl("300"), 299));
    time_passes(1);
    EXPECT_TRUE(client_asks(www_query).misses());
    EXPECT_TRUE(resolver_answers(www_with_ttl("300")).is_not_kept(FP_LEARN_sent)) << "it waits in the ring";
    time_passes(10);
    EXPECT_TRUE(client_asks(www_query).misses());
    daemon_goes_on();
    EXPECT_TRUE(client_asks(www_query).hits(www_with_ttl("300"), 10)) << "as old as it is";
}

} // namespace
} // namespace fastpath::test
