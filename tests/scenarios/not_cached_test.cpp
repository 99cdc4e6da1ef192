// SPDX-License-Identifier: Apache-2.0
// Queries that are the resolver's each time, and answers that are for one client alone.
#include "story.h"

namespace fastpath::test {
namespace {

constexpr uint16_t ok = FP_DNS_QR | FP_DNS_RD | FP_DNS_RA;

const ResponseText www = {.answer = {"www.example.com. 300 IN A 192.0.2.1"}};

class NotCached : public Story {
  protected:
    // Left to the resolver, the first time and the second; and what it answers does not come into the cache.
    void stays_with_the_resolver(const DnsQuery &query, fp_outcome reason) {
        for (int i = 0; i < 2; i++) {
            EXPECT_TRUE(client_asks(query).passes(reason));
            EXPECT_TRUE(resolver_answers(www).is_not_kept(FP_LEARN_unasked));
        }
        EXPECT_EQ(loaded().table.entries(), 0U);
    }
};

// RFC 2181 9: what was cut is not the answer.
TEST_F(NotCached, TruncatedAnswers) {
    EXPECT_TRUE(client_asks(DnsQuery{}).misses());
    EXPECT_TRUE(resolver_answers({.flags = ok | FP_DNS_TC, .answer = www.answer}).is_not_kept(FP_LEARN_uncacheable));
    EXPECT_TRUE(client_asks(DnsQuery{}).misses());
    EXPECT_TRUE(resolver_answers({.flags = ok | FP_DNS_TC}).is_not_kept(FP_LEARN_uncacheable));
    client_learns({}, www);
}

// RFC 5936 4.2, RFC 1995 2: transfers are TCP's, and IXFR by UDP is not a set of records.
TEST_F(NotCached, Transfers) {
    constexpr uint16_t ixfr = 251, axfr = 252;
    stays_with_the_resolver({.qtype = axfr}, FP_OUT_pass_qtype);
    stays_with_the_resolver({.qtype = ixfr}, FP_OUT_pass_qtype);
}

// RFC 8482 4: how much of it a resolver gives is its choice each time.
TEST_F(NotCached, Any) {
    stays_with_the_resolver({.qtype = type::any}, FP_OUT_pass_qtype);
}

// RFC 6895 3.1: types that no record in a zone has.
TEST_F(NotCached, MetaTypes) {
    for (const uint16_t qtype : std::initializer_list<uint16_t>{0, 41, 128, 249, 250, 253, 254}) {
        stays_with_the_resolver({.qtype = qtype}, FP_OUT_pass_qtype);
    }
}

// RFC 1035 3.2.4, RFC 4892 2: `version.bind` and its like are about the server.
TEST_F(NotCached, OtherClasses) {
    for (const uint16_t qclass : std::initializer_list<uint16_t>{3, 4, 254, 255}) {
        stays_with_the_resolver({.qclass = qclass}, FP_OUT_pass_qclass);
    }
}

// RFC 1035 3.2.4, RFC 8906 6: a class of its own is a name of its own, also where IN is cached.
TEST_F(NotCached, OtherClassesOfACachedName) {
    client_learns({}, www);
    EXPECT_TRUE(client_asks({.qclass = 3}).passes(FP_OUT_pass_qclass));
    EXPECT_TRUE(client_asks(DnsQuery{}).hits(www));
}

// RFC 1996 3, RFC 2136 2, RFC 8906 3.1.4: NOTIFY, UPDATE, STATUS, and what nobody knows yet.
TEST_F(NotCached, OtherOpcodes) {
    for (const int opcode : {1, 2, 4, 5, 6, 15}) {
        stays_with_the_resolver({.flags = static_cast<uint16_t>(opcode << 11 | FP_DNS_RD)}, FP_OUT_pass_opcode);
    }
}

// RFC 9619 4: more than one question is an error, and whose answer would it be?
TEST_F(NotCached, SeveralQuestions) {
    EXPECT_TRUE(client_asks({.tail = DnsQuery{}.question(), .qdcount = 2}).passes(FP_OUT_pass_counts));
    EXPECT_TRUE(client_asks({.qdcount = 0}).passes(FP_OUT_pass_counts));
}

// RFC 8906 3.1.3: header bits that a query should not have are no reason to drop it, nor to give what others get.
TEST_F(NotCached, QueriesWithFlagsOfAnswers) {
    client_learns({}, www);
    for (const uint16_t flag : std::initializer_list<uint16_t>{FP_DNS_AA, FP_DNS_TC, FP_DNS_RA, FP_DNS_Z}) {
        EXPECT_TRUE(client_asks({.flags = static_cast<uint16_t>(FP_DNS_RD | flag)}).passes(FP_OUT_pass_header_flags));
    }
}

// RFC 5452 6: an answer belongs to the question it was asked for, and so do its records.
TEST_F(NotCached, AnswersToAnotherQuestion) {
    EXPECT_TRUE(client_asks(DnsQuery{}).misses());
    EXPECT_TRUE(resolver_answers({.answer = {"bank.example. 300 IN A 192.0.2.66"}}).is_not_kept(FillReject::unrelated));
    EXPECT_TRUE(client_asks(DnsQuery{}).misses());
    EXPECT_TRUE(
        resolver_answers({.answer = {"www.example.com. 300 IN A 192.0.2.1", "bank.example. 300 IN A 192.0.2.66"}})
            .is_not_kept(FillReject::unrelated));
    EXPECT_TRUE(client_asks({.name = "bank.example."}).misses());
}

// RFC 8945 5.3, RFC 2931 3: a signature of the transaction is of use to one client only.
TEST_F(NotCached, SignedTransactions) {
    constexpr uint16_t tsig = 250;
    EXPECT_TRUE(client_asks({.edns = Edns{.type = tsig}}).passes(FP_OUT_pass_additional));
    EXPECT_TRUE(client_asks(DnsQuery{}).misses());
    Octets message = message_of({.answer = www.answer, .additional = {"key.example. 0 IN TXT x"}});
    const size_t type_at = message.size() - 2 - 2 - 4 - 2 - 2;
    message[type_at + 1] = tsig;
    EXPECT_TRUE(resolver_sends(message).is_not_kept(FillReject::meta_record));
}

} // namespace
} // namespace fastpath::test
