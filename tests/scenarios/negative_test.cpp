// SPDX-License-Identifier: Apache-2.0
// What does not exist: NXDOMAIN and NODATA, with an SOA that says for how long (RFC 2308).
#include "story.h"

namespace fastpath::test {
namespace {

constexpr uint16_t nxdomain = FP_DNS_QR | FP_DNS_RD | FP_DNS_RA | FP_RCODE_NXDOMAIN;

std::string soa(const std::string &ttl, const std::string &minimum) {
    return "example.com. " + ttl + " IN SOA ns1.example.com. hostmaster.example.com. 7 7200 3600 1209600 " + minimum;
}

class Negative : public Story {
  protected:
    void lives(const ResponseText &response, uint32_t seconds, const DnsQuery &query = {}) {
        client_learns(query, response);
        EXPECT_TRUE(client_asks(query).hits(response));
        time_passes(seconds - 1);
        EXPECT_TRUE(client_asks(query).hits(response, seconds - 1)) << "the SOA goes along, with its TTL aged";
        time_passes(1);
        EXPECT_TRUE(client_asks(query).misses());
    }
};

// RFC 2308 5: min(MINIMUM, TTL of the SOA); 2308 6: the SOA goes along, its TTL aged.
TEST_F(Negative, NxdomainLivesTheMinimumOfItsSoa) {
    lives({.flags = nxdomain, .authority = {soa("900", "60")}}, 60);
}

// RFC 2308 5.
TEST_F(Negative, NxdomainLivesTheTtlOfItsSoaWhereThatIsLower) {
    lives({.flags = nxdomain, .authority = {soa("45", "900")}}, 45);
}

// RFC 2308 2.2, 5.
TEST_F(Negative, NodataLivesTheMinimumOfItsSoa) {
    lives({.authority = {soa("900", "60")}}, 60);
}

// RFC 2308 2.2, 5.
TEST_F(Negative, NodataLivesTheTtlOfItsSoaWhereThatIsLower) {
    lives({.authority = {soa("45", "900")}}, 45);
}

// RFC 2308 5: a limit of one to three hours is good; ours is one (cache.max_negative_ttl), while the SOA keeps its TTL.
TEST_F(Negative, AnswersLiveNoLongerThanTheirCap) {
    lives({.flags = nxdomain, .authority = {soa("86400", "86400")}}, 3600);
    lives({.authority = {soa("86400", "86400")}}, 3600, {.qtype = type::txt});
}

// RFC 2308 2.2.1, 6: a CNAME does not exist less for leading nowhere, and the whole ends with its lowest TTL (2181 5.2).
TEST_F(Negative, NodataBehindACnameEndsWithTheLowestTtl) {
    const std::string cname = "www.example.com. 30 IN CNAME web.example.com.";
    lives({.answer = {cname}, .authority = {soa("900", "60")}}, 30);
    lives({.flags = nxdomain, .answer = {cname}, .authority = {soa("900", "20")}}, 20);
}

// RFC 2308 5: without an SOA there is nothing that says for how long.
TEST_F(Negative, WithoutSoaIsNotKept) {
    const std::string ns = "example.com. 900 IN NS ns1.example.com.";
    for (const ResponseText &broken :
         {ResponseText{}, ResponseText{.flags = nxdomain}, ResponseText{.flags = nxdomain, .authority = {ns}},
          ResponseText{.additional = {soa("900", "60")}}}) {
        EXPECT_TRUE(client_asks(DnsQuery{}).misses());
        EXPECT_TRUE(resolver_answers(broken).is_not_kept(FillReject::no_soa));
    }
    const ResponseText mended = {.authority = {soa("900", "60")}};
    client_learns({}, mended);
    EXPECT_TRUE(client_asks(DnsQuery{}).hits(mended));
}

// RFC 2308 5: an SOA that says 0 is taken at its word.
TEST_F(Negative, ForZeroSecondsIsNotKept) {
    for (const std::string &record : {soa("900", "0"), soa("0", "900")}) {
        EXPECT_TRUE(client_asks(DnsQuery{}).misses());
        EXPECT_TRUE(resolver_answers({.flags = nxdomain, .authority = {record}}).is_not_kept(FillReject::ttl_zero));
    }
}

// RFC 2308 2.2: NS records and no SOA are a referral, and the answer of a server, not of a resolver.
TEST_F(Negative, AReferralIsNotKept) {
    EXPECT_TRUE(client_asks(DnsQuery{}).misses());
    EXPECT_TRUE(resolver_answers({.authority = {"example.com. 900 IN NS ns1.example.com."},
                                  .additional = {"ns1.example.com. 900 IN A 192.0.2.53"}})
                    .is_not_kept(FillReject::referral));
    EXPECT_TRUE(client_asks(DnsQuery{}).misses());
}

// RFC 2308 5, RFC 8906 6: NODATA is about this type alone.
TEST_F(Negative, NodataOfOneTypeSaysNothingAboutAnother) {
    client_learns({.qtype = type::txt}, {.authority = {soa("900", "60")}});
    EXPECT_TRUE(client_asks({.qtype = type::mx}).misses());
}

// RFC 4035 3.1.3, RFC 5155 7.2: the proof goes along, whole.
TEST_F(Negative, SignedProofsAreGivenToThoseWhoAskedWithDo) {
    const std::string signature =
        " 13 2 900 20300101000000 20200101000000 12345 example.com. "
        "c2lnbmF0dXJlIG9mIHNpeHR5LWZvdXIgb2N0ZXRzLCBhcyBFQ0RTQSBQLTI1NiBnaXZlcyBpdCwgbm90IGE=";
    const DnsQuery query = {.edns = Edns{.flags = FP_EDNS_DO}};
    const ResponseText nsec = {.flags = nxdomain | FP_DNS_AD,
                               .authority = {soa("900", "300"), "example.com. 900 IN RRSIG SOA" + signature,
                                             "v.example.com. 300 IN NSEC x.example.com. A RRSIG NSEC",
                                             "v.example.com. 300 IN RRSIG NSEC" + signature}};
    lives(nsec, 300, query);
    const ResponseText nsec3 = {
        .flags = nxdomain | FP_DNS_AD,
        .authority = {soa("900", "300"), "example.com. 900 IN RRSIG SOA" + signature,
                      "2t7b4g4vsa5smi47k61mv5bv1a22bojr.example.com. 300 IN NSEC3 1 0 0 - "
                      "2vptu5timamqttgl4luu9kg21e0aor3s A RRSIG",
                      "2t7b4g4vsa5smi47k61mv5bv1a22bojr.example.com. 300 IN RRSIG NSEC3" + signature}};
    lives(nsec3, 300, query);
}

} // namespace
} // namespace fastpath::test
