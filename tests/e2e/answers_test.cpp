// SPDX-License-Identifier: Apache-2.0
// What Unbound has answered once is answered by the fast path from then on, and is the same answer.
#include "e2e/lab_test.h"

namespace fastpath::test {
namespace {

class Answers : public FastpathTest {
  protected:
    // The first question goes to Unbound, the second is a hit; nothing but the TTL differs.
    static ShownAnswer expect_hit_after_miss(const Command &question, const std::string &status) {
        const Asked first = ask(question);
        EXPECT_EQ(first.by, by_unbound) << first.shown.text;
        EXPECT_EQ(first.shown.status, status);
        Asked second = ask(question);
        EXPECT_EQ(second.by, by_fast_path) << second.shown.text;
        EXPECT_EQ(without_ttls(second.shown), without_ttls(first.shown));
        EXPECT_LE(second.shown.ttl(), first.shown.ttl());
        return second.shown;
    }
};

using Data = std::multiset<std::string>;

TEST_F(Answers, A) {
    const ShownAnswer answer = expect_hit_after_miss({"d0100.mail.example", "A"}, "NOERROR");
    EXPECT_EQ(answer.data(), (Data{"198.18.128.100"}));
}

TEST_F(Answers, Aaaa) {
    const ShownAnswer answer = expect_hit_after_miss({"d0100.mail.example", "AAAA"}, "NOERROR");
    EXPECT_EQ(answer.data(), (Data{"2001:db8:1::64"}));
}

TEST_F(Answers, Mx) {
    const ShownAnswer answer = expect_hit_after_miss({"d0100.mail.example", "MX"}, "NOERROR");
    EXPECT_EQ(answer.data(), (Data{"10 mx-a.d0100.mail.example.", "20 mx-b.d0100.mail.example."}));
}

TEST_F(Answers, Txt) {
    const ShownAnswer answer = expect_hit_after_miss({"_dmarc.d0100.mail.example", "TXT"}, "NOERROR");
    EXPECT_EQ(answer.data(), (Data{"\"v=DMARC1; p=reject; rua=mailto:dmarc@d0100.mail.example\""}));
}

TEST_F(Answers, Ptr) {
    const ShownAnswer answer = expect_hit_after_miss({"-x", "198.18.128.100"}, "NOERROR");
    EXPECT_EQ(answer.data(), (Data{"d0100.mail.example."}));
}

TEST_F(Answers, PtrOfIpv6) {
    const ShownAnswer answer = expect_hit_after_miss({"-x", "2001:db8:1::64"}, "NOERROR");
    EXPECT_EQ(answer.data(), (Data{"d0100.mail.example."}));
}

TEST_F(Answers, CnameChain) {
    const ShownAnswer answer = expect_hit_after_miss({"chain1.mail.example", "A"}, "NOERROR");
    EXPECT_EQ(answer.answer.size(), 7u);
    EXPECT_EQ(answer.answer.back().data, "198.18.128.0");
}

TEST_F(Answers, CnameToAForeignType) {
    const ShownAnswer answer = expect_hit_after_miss({"www.d0100.mail.example", "TYPE65280"}, "NOERROR");
    EXPECT_EQ(answer.data(), (Data{"d0100.mail.example."}));
    EXPECT_EQ(answer.authority.front().type, "SOA");
}

TEST_F(Answers, Dname) {
    const ShownAnswer answer = expect_hit_after_miss({"below.tree.mail.example", "A"}, "NOERROR");
    EXPECT_EQ(answer.answer.front().type, "DNAME");
    EXPECT_EQ(answer.answer.back().data, "198.18.127.1");
}

TEST_F(Answers, Wildcard) {
    EXPECT_EQ(expect_hit_after_miss({"one.wild.mail.example", "A"}, "NOERROR").data(), (Data{"198.18.127.1"}));
    EXPECT_EQ(expect_hit_after_miss({"two.wild.mail.example", "A"}, "NOERROR").answer.front().owner,
              "two.wild.mail.example.");
}

TEST_F(Answers, NxdomainWithItsSoa) {
    const ShownAnswer answer = expect_hit_after_miss({"nobody.mail.example", "A"}, "NXDOMAIN");
    EXPECT_TRUE(answer.answer.empty());
    ASSERT_EQ(answer.authority.size(), 1u);
    EXPECT_EQ(answer.authority.front().type, "SOA");
    EXPECT_LE(answer.ttl(), 300u); // MINIMUM of the zone (RFC 2308 5)
}

TEST_F(Answers, NodataWithItsSoa) {
    const ShownAnswer answer = expect_hit_after_miss({"only4.mail.example", "AAAA"}, "NOERROR");
    EXPECT_TRUE(answer.answer.empty());
    ASSERT_EQ(answer.authority.size(), 1u);
    EXPECT_EQ(answer.authority.front().type, "SOA");
}

TEST_F(Answers, NodataOfAnEmptyNonTerminal) {
    expect_hit_after_miss({"empty.mail.example", "A"}, "NOERROR");
}

TEST_F(Answers, BlocklistListedAndNot) {
    EXPECT_EQ(expect_hit_after_miss({"100.128.18.198.bl.example", "A"}, "NOERROR").data(), (Data{"127.0.0.2"}));
    expect_hit_after_miss({"101.128.18.198.bl.example", "A"}, "NXDOMAIN");
}

// It has no records, so no TTL to compare. `bogus` fails to validate.
TEST_F(Answers, Servfail) {
    const Command question = {"bogus.signed.example", "A"};
    EXPECT_EQ(ask(question).shown.status, "SERVFAIL");
    const Asked second = ask(question);
    EXPECT_EQ(second.by, by_fast_path);
    EXPECT_EQ(second.shown.status, "SERVFAIL");
}

TEST_F(Answers, OtherTypes) {
    expect_hit_after_miss({"_imap._tcp.mail.example", "SRV"}, "NOERROR");
    expect_hit_after_miss({"caa.mail.example", "CAA"}, "NOERROR");
    expect_hit_after_miss({"web.mail.example", "HTTPS"}, "NOERROR");
    expect_hit_after_miss({"mail.example", "SOA"}, "NOERROR");
    expect_hit_after_miss({"mail.example", "NS"}, "NOERROR");
    expect_hit_after_miss({"unknown.mail.example", "TYPE65280"}, "NOERROR");
}

TEST_F(Answers, NamesThatTextGetsWrong) {
    expect_hit_after_miss({"dot\\.in\\.label.mail.example", "A"}, "NOERROR");
    expect_hit_after_miss({"byte\\000\\255.mail.example", "A"}, "NOERROR");
    const std::string label(63, 'x');
    const std::string longest = std::string(48, 'x') + "." + label + "." + label + "." + label + ".mail.example";
    expect_hit_after_miss({longest, "A"}, "NOERROR");
}

TEST_F(Answers, OverIpv6) {
    const std::string server = std::string("@") + Lab::resolver6;
    EXPECT_EQ(expect_hit_after_miss({server, "d0200.mail.example", "A"}, "NOERROR").data(), (Data{"198.18.128.200"}));
    expect_hit_after_miss({server, "d0200.mail.example", "MX"}, "NOERROR");
    expect_hit_after_miss({server, "nobody-at-six.mail.example", "A"}, "NXDOMAIN");
}

TEST_F(Answers, LearnedOverIpv4IsAHitOverIpv6) {
    EXPECT_EQ(ask({"d0201.mail.example", "A"}).by, by_unbound);
    EXPECT_EQ(ask({std::string("@") + Lab::resolver6, "d0201.mail.example", "A"}).by, by_fast_path);
}

// draft-vixie-dnsext-dns0x20: the question comes back as it was sent, whoever asked first, and so do the owners that point
// at it.
TEST_F(Answers, CaseIsTheClients) {
    EXPECT_EQ(ask({"d0202.mail.example", "MX"}).by, by_unbound);
    const Asked mixed = ask({"D0202.mAiL.eXaMpLe", "MX"});
    EXPECT_EQ(mixed.by, by_fast_path);
    EXPECT_EQ(mixed.shown.question, "D0202.mAiL.eXaMpLe.");
    EXPECT_EQ(without_ttls(mixed.shown), without_ttls(ask_unbound({"D0202.mAiL.eXaMpLe", "MX"})));
}

// --- sizes ------------------------------------------------------------------------------------------------------------

// Unbound's answer of 1,750 octets has TC=1, which is never cached (RFC 2181 9); over TCP it is whole.
TEST_F(Answers, TooLargeForUdpComesOverTcp) {
    const Watch watch(lab());
    for (int turn = 0; turn < 2; turn++) {
        const Asked big = ask({"big.mail.example", "TXT"});
        EXPECT_EQ(big.by, by_unbound);
        EXPECT_TRUE(big.shown.over_tcp) << big.shown.text;
        ASSERT_EQ(big.shown.answer.size(), 1u);
        EXPECT_GT(big.shown.answer.front().data.size(), 1750u);
    }
    EXPECT_EQ(watch.grown("pass_total{reason=\"tcp\"}"), 2);
    EXPECT_EQ(watch.grown("learn_total{outcome=\"uncacheable\"}"), 2);
}

// 64 addresses make 1,068 octets: a hit for those who take 1,232, a truncated one for the others. Then dig goes to TCP.
TEST_F(Answers, SmallerClientIsToldToUseTcp) {
    expect_hit_after_miss({"many.mail.example", "A", "+bufsize=1232"}, "NOERROR");
    for (const std::string small : {"+noedns", "+bufsize=512", "+bufsize=100"}) {
        const Watch watch(lab());
        const Asked truncated = ask({"many.mail.example", "A", small, "+ignore"});
        EXPECT_EQ(truncated.by, by_fast_path) << small;
        EXPECT_TRUE(truncated.shown.flags.contains("tc")) << truncated.shown.text;
        EXPECT_TRUE(truncated.shown.answer.empty()) << truncated.shown.text;
        EXPECT_EQ(watch.grown("truncated_total"), 1);
    }
    const ShownAnswer whole = ask({"many.mail.example", "A", "+noedns"}).shown;
    EXPECT_TRUE(whole.over_tcp);
    EXPECT_EQ(whole.answer.size(), 64u);
}

TEST_F(Answers, LargerThanAnyoneTakesByKdig) {
    const Asked truncated = ask({"big.mail.example", "TXT", "+noedns", "+ignore"}, "kdig");
    EXPECT_EQ(truncated.by, by_unbound);
    EXPECT_TRUE(truncated.shown.flags.contains("tc")) << truncated.shown.text;
}

} // namespace
} // namespace fastpath::test
