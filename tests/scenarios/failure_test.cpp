// SPDX-License-Identifier: Apache-2.0
// A resolver that fails: SERVFAIL for its short life, other failures not at all.
#include "story.h"

namespace fastpath::test {
namespace {

constexpr uint16_t ok = FP_DNS_QR | FP_DNS_RD | FP_DNS_RA;
constexpr uint16_t failure_ttl = 5;

const DnsQuery www_query = {};
const DnsQuery unchecked_query = {.flags = FP_DNS_RD | FP_DNS_CD};
const ResponseText servfail = {.flags = ok | FP_RCODE_SERVFAIL};
const ResponseText www = {.answer = {"www.example.com. 300 IN A 192.0.2.1"}};

class FailureOf : public Story {};

// RFC 9520 3.2: at least a second; RFC 2308 7.1: at most five minutes. It does not hold off the answer that comes then.
TEST_F(FailureOf, TheResolverIsRememberedForItsShortLife) {
    client_learns(www_query, servfail);
    for (uint32_t age = 0; age < failure_ttl; age++) {
        EXPECT_TRUE(client_asks(www_query).hits(servfail));
        time_passes(1);
    }
    client_learns(www_query, www);
    EXPECT_TRUE(client_asks(www_query).hits(www));
    EXPECT_EQ(queries_at_the_resolver(), 2U);
}

// RFC 2308 7.1, whatever cache.failure_ttl says.
TEST_F(FailureOf, TheResolverIsForgottenAfterFiveMinutes) {
    operator_sets(CachePolicy{.failure_ttl = 3600});
    client_learns(www_query, servfail);
    time_passes(299);
    EXPECT_TRUE(client_asks(www_query).hits(servfail));
    time_passes(1);
    EXPECT_TRUE(client_asks(www_query).misses());
}

TEST_F(FailureOf, TheResolverIsNotRememberedWhereThatIsOff) {
    operator_sets(CachePolicy{.failure_ttl = 0});
    EXPECT_TRUE(client_asks(www_query).misses());
    EXPECT_TRUE(resolver_answers(servfail).is_not_kept(FillReject::failure));
    EXPECT_TRUE(client_asks(www_query).misses());
}

// RFC 6840 5.9: a client that sets CD wants the data that did not validate, so a failure for CD=0 is none for it.
TEST_F(FailureOf, ValidationIsNotThatOfAClientThatChecksItself) {
    client_learns(www_query, servfail);
    client_learns(unchecked_query, www);
    EXPECT_TRUE(client_asks(www_query).hits(servfail));
    EXPECT_TRUE(client_asks(unchecked_query).hits(www));
}

// RFC 6840 5.9, the other way round: what was not validated is nothing for those who rely on the resolver.
TEST_F(FailureOf, ValidationStaysWhereTheUncheckedAnswerCameFirst) {
    client_learns(unchecked_query, www);
    client_learns(www_query, servfail);
    EXPECT_TRUE(client_asks(unchecked_query).hits(www));
    EXPECT_TRUE(client_asks(www_query).hits(servfail));
}

// RFC 9520 3.2: about this question; another type of the name may work.
TEST_F(FailureOf, OneTypeIsNotThatOfAnother) {
    client_learns(www_query, servfail);
    EXPECT_TRUE(client_asks({.qtype = type::aaaa}).misses());
}

// RFC 2308 7, RFC 8906 3: REFUSED, FORMERR, NOTIMP and the others speak of the query or the moment, not of the name.
TEST_F(FailureOf, AnotherKindIsNotRemembered) {
    for (const uint16_t rcode : std::initializer_list<uint16_t>{1, 4, FP_RCODE_REFUSED, 6, 7, 8, 9, 10, 11, 15}) {
        EXPECT_TRUE(client_asks(www_query).misses());
        EXPECT_TRUE(resolver_answers({.flags = static_cast<uint16_t>(ok | rcode)}).is_not_kept(FP_LEARN_uncacheable))
            << rcode;
    }
    client_learns(www_query, www);
}

// RFC 6891 6.1.3: the upper bits of the RCODE are in the OPT; 16 is BADVERS, 23 BADCOOKIE, and neither is NOERROR.
TEST_F(FailureOf, AnExtendedRcodeIsNotRemembered) {
    const DnsQuery query = {.edns = Edns{}};
    for (const uint16_t low_bits : std::initializer_list<uint16_t>{0, 2, 3}) {
        EXPECT_TRUE(client_asks(query).misses());
        EXPECT_TRUE(
            resolver_answers({.flags = static_cast<uint16_t>(ok | low_bits), .opt = OptText{.extended_rcode = 1}})
                .is_not_kept(FillReject::rcode))
            << low_bits;
    }
    client_learns(query, www);
}

// A resolver that says nothing leaves nothing behind: the next client's query is tried anew.
TEST_F(FailureOf, AnAnswerToComeIsNotRemembered) {
    EXPECT_TRUE(client_asks(www_query).misses());
    EXPECT_TRUE(client_asks(www_query).misses());
    time_passes(1);
    client_learns(www_query, www);
    EXPECT_TRUE(client_asks(www_query).hits(www));
}

} // namespace
} // namespace fastpath::test
