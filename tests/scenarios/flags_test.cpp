// SPDX-License-Identifier: Apache-2.0
// The flags of a query and of its answer: AA, RD, AD, CD and DO, in each order in which two clients may ask.
#include "story.h"

namespace fastpath::test {
namespace {

constexpr uint16_t ok = FP_DNS_QR | FP_DNS_RD | FP_DNS_RA;

const std::string signature = " 13 3 300 20300101000000 20200101000000 12345 example.com. "
                              "c2lnbmF0dXJlIG9mIHNpeHR5LWZvdXIgb2N0ZXRzLCBhcyBFQ0RTQSBQLTI1NiBnaXZlcyBpdCwgbm90IGE=";
const std::string address = "www.example.com. 300 IN A 192.0.2.1";
const std::string address_signature = "www.example.com. 300 IN RRSIG A" + signature;

// The same name for clients that ask for more or less of DNSSEC; the answers of a resolver that validates.
const DnsQuery plain_query = {};
const DnsQuery ad_query = {.flags = FP_DNS_RD | FP_DNS_AD};
const DnsQuery cd_query = {.flags = FP_DNS_RD | FP_DNS_CD};
const DnsQuery do_query = {.edns = Edns{.flags = FP_EDNS_DO}};
const ResponseText plain = {.answer = {address}};
const ResponseText validated = {.flags = ok | FP_DNS_AD, .answer = {address}};
const ResponseText with_signature = {.flags = ok | FP_DNS_AD, .answer = {address, address_signature}};
const ResponseText unchecked = {.answer = {"www.example.com. 300 IN A 192.0.2.66"}};

class Flags : public Story {};

// The dns-rules have AA=0 for cached data (RFC 1035 4.1.1); yet a resolver sets it for zones of its own each time, and a hit
// must not differ from its answer. What it gives as its cached data has AA=0 already.
TEST_F(Flags, AaIsAsTheResolverGaveIt) {
    const ResponseText of_its_own_zone = {.flags = ok | FP_DNS_AA, .answer = {address}};
    client_learns(plain_query, of_its_own_zone);
    EXPECT_TRUE(client_asks(plain_query).hits(of_its_own_zone));
    client_learns({.qtype = type::aaaa}, {.answer = {"www.example.com. 300 IN AAAA 2001:db8::1"}});
    EXPECT_TRUE(client_asks({.qtype = type::aaaa}).hits({.answer = {"www.example.com. 300 IN AAAA 2001:db8::1"}}));
}

// RFC 1035 4.1.1: RA=0 says that this is no resolver's answer; what a server of zones says is not everyone's.
TEST_F(Flags, AnAnswerWithoutRaIsNotKept) {
    EXPECT_TRUE(client_asks(plain_query).misses());
    EXPECT_TRUE(
        resolver_answers({.flags = FP_DNS_QR | FP_DNS_RD, .answer = {address}}).is_not_kept(FillReject::not_recursive));
}

// RFC 1035 4.1.1: Z is reserved; nobody is to see it in an answer from here.
TEST_F(Flags, AnAnswerWithTheReservedBitIsNotKept) {
    EXPECT_TRUE(client_asks(plain_query).misses());
    EXPECT_TRUE(resolver_answers({.flags = ok | FP_DNS_Z, .answer = {address}}).is_not_kept(FillReject::header_z));
}

// RFC 1034 4.3.1, RFC 8906 6: without RD a client asks what the resolver has, and the answer may be a referral.
TEST_F(Flags, Rd0AfterRd1IsTheResolvers) {
    client_learns(plain_query, plain);
    EXPECT_TRUE(client_asks({.flags = 0}).passes(FP_OUT_pass_no_recursion));
    EXPECT_TRUE(resolver_answers(unchecked).is_not_kept(FP_LEARN_unasked));
    EXPECT_TRUE(client_asks(plain_query).hits(plain));
}

// RFC 1034 4.3.1.
TEST_F(Flags, Rd1AfterRd0IsResolved) {
    EXPECT_TRUE(client_asks({.flags = 0}).passes(FP_OUT_pass_no_recursion));
    EXPECT_TRUE(resolver_answers(plain).is_not_kept(FP_LEARN_unasked));
    EXPECT_TRUE(client_asks(plain_query).misses());
}

// RFC 6840 5.7, 5.8: AD is set for those who asked for it, with AD or DO.
TEST_F(Flags, AdIsForThoseWhoAskForIt) {
    client_learns(ad_query, validated);
    client_learns(plain_query, plain);
    EXPECT_TRUE(client_asks(ad_query).hits(validated));
    EXPECT_TRUE(client_asks(plain_query).hits(plain));
}

// RFC 6840 5.7, the other way round.
TEST_F(Flags, AdIsNotLostForThoseWhoAskLater) {
    client_learns(plain_query, plain);
    client_learns(ad_query, validated);
    EXPECT_TRUE(client_asks(plain_query).hits(plain));
    EXPECT_TRUE(client_asks(ad_query).hits(validated));
}

// RFC 6840 5.8: AD was not asked for, so this is not the answer to that query.
TEST_F(Flags, AdThatNobodyAskedForIsNotKept) {
    EXPECT_TRUE(client_asks(plain_query).misses());
    EXPECT_TRUE(resolver_answers(validated).is_not_kept(FillReject::ad_unasked));
}

// RFC 6840 5.9, RFC 4035 3.2.2: unchecked data is for those alone who said that they check.
TEST_F(Flags, CdAfterNoCdIsResolved) {
    client_learns(plain_query, plain);
    client_learns(cd_query, unchecked);
    EXPECT_TRUE(client_asks(plain_query).hits(plain));
    EXPECT_TRUE(client_asks(cd_query).hits(unchecked));
}

// RFC 6840 5.9, the other way round: the order in which bad data would do harm.
TEST_F(Flags, NoCdAfterCdIsResolved) {
    client_learns(cd_query, unchecked);
    client_learns(plain_query, plain);
    EXPECT_TRUE(client_asks(cd_query).hits(unchecked));
    EXPECT_TRUE(client_asks(plain_query).hits(plain));
}

// RFC 4035 3.2.2: CD is copied; where it is not, the answer is to another query.
TEST_F(Flags, AnAnswerThatLostItsCdIsNotKept) {
    EXPECT_TRUE(client_asks(cd_query).misses());
    Octets message = message_of(plain);
    message[3] = static_cast<uint8_t>(message[3] & ~FP_DNS_CD);
    EXPECT_TRUE(resolver_sends(message).is_not_kept(FillReject::cd_mismatch));
}

// RFC 4035 3.2.1: RRSIGs are for those who asked with DO; RFC 3225 3: and DO is copied.
TEST_F(Flags, SignaturesAreForThoseWhoAskWithDo) {
    client_learns(do_query, with_signature);
    client_learns(plain_query, plain);
    EXPECT_TRUE(client_asks(do_query).hits(with_signature));
    EXPECT_TRUE(client_asks(plain_query).hits(plain));
}

// RFC 4035 3.2.1, the other way round.
TEST_F(Flags, SignaturesAreNotLostForThoseWhoAskLater) {
    client_learns({.edns = Edns{}}, plain);
    client_learns(do_query, with_signature);
    EXPECT_TRUE(client_asks(DnsQuery{.edns = Edns{}}).hits(plain));
    EXPECT_TRUE(client_asks(do_query).hits(with_signature));
}

// RFC 4035 3.1.3.1: the NSEC that proves a wildcard's answer is for those who asked with DO, and is not AD's matter.
TEST_F(Flags, NsecOfAWildcardIsForThoseWhoAskWithDo) {
    const std::string star = "www.example.com. 300 IN TXT \"star\"";
    const DnsQuery query_do = {.qtype = type::txt, .edns = Edns{.flags = FP_EDNS_DO}};
    const DnsQuery query_ad = {.flags = FP_DNS_RD | FP_DNS_AD, .qtype = type::txt};
    const ResponseText proven = {.flags = ok | FP_DNS_AD,
                                 .answer = {star, "www.example.com. 300 IN RRSIG TXT" + signature},
                                 .authority = {"v.example.com. 300 IN NSEC x.example.com. A RRSIG NSEC",
                                               "v.example.com. 300 IN RRSIG NSEC" + signature}};
    const ResponseText only_said = {.flags = ok | FP_DNS_AD, .answer = {star}};
    client_learns(query_do, proven);
    client_learns(query_ad, only_said);
    EXPECT_TRUE(client_asks(query_do).hits(proven));
    EXPECT_TRUE(client_asks(query_ad).hits(only_said));
}

// RFC 4035 3.2.1: "unless explicitly requested", which a question for that type is.
TEST_F(Flags, RrsigAndNsecWithoutDoWhereTheyAreTheQuestion) {
    constexpr uint16_t rrsig = 46, nsec = 47;
    const ResponseText signatures = {.answer = {address_signature}};
    client_learns({.qtype = rrsig}, signatures);
    EXPECT_TRUE(client_asks({.qtype = rrsig}).hits(signatures));
    const ResponseText next = {.answer = {"www.example.com. 300 IN NSEC x.example.com. A RRSIG NSEC"}};
    client_learns({.qtype = nsec}, next);
    EXPECT_TRUE(client_asks({.qtype = nsec}).hits(next));
}

// RFC 4035 3.2.1: they were not asked for.
TEST_F(Flags, SignaturesThatNobodyAskedForAreNotKept) {
    EXPECT_TRUE(client_asks(plain_query).misses());
    EXPECT_TRUE(resolver_answers({.answer = {address, address_signature}}).is_not_kept(FillReject::dnssec_unasked));
}

// RFC 3225 3: DO is copied, or the answer is to a query without it.
TEST_F(Flags, AnAnswerThatLostItsDoIsNotKept) {
    EXPECT_TRUE(client_asks(do_query).misses());
    EXPECT_TRUE(resolver_answers({.answer = {address}, .opt = OptText{}}).is_not_kept(FillReject::do_mismatch));
}

// RFC 6840 5.6-5.9, RFC 8906 6: each of the eight ways to ask has its answer.
TEST_F(Flags, EveryCombinationOfDoCdAndAdHasItsOwnAnswer) {
    std::vector<DnsQuery> queries;
    for (const uint16_t flags : std::initializer_list<uint16_t>{0, FP_DNS_CD, FP_DNS_AD, FP_DNS_CD | FP_DNS_AD}) {
        queries.push_back({.flags = static_cast<uint16_t>(FP_DNS_RD | flags), .edns = Edns{}});
        queries.push_back({.flags = static_cast<uint16_t>(FP_DNS_RD | flags), .edns = Edns{.flags = FP_EDNS_DO}});
    }
    const auto answer_number = [](size_t number) {
        return ResponseText{.answer = {"www.example.com. 300 IN A 192.0.2." + std::to_string(number)}};
    };
    for (size_t i = 0; i < queries.size(); i++) {
        client_learns(queries[i], answer_number(i));
    }
    for (size_t i = 0; i < queries.size(); i++) {
        EXPECT_TRUE(client_asks(queries[i]).hits(answer_number(i)));
    }
}

} // namespace
} // namespace fastpath::test
