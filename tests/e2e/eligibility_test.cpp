// SPDX-License-Identifier: Apache-2.0
// Which queries the fast path answers, which it keeps apart, and which it leaves to Unbound although it holds the answer.
#include "e2e/lab_test.h"

namespace fastpath::test {
namespace {

class Eligibility : public FastpathTest {
  protected:
    // A miss, then a hit: nobody else's answer was taken for this one.
    static ShownAnswer expect_own_entry(const Command &question) {
        EXPECT_EQ(ask(question).by, by_unbound) << question.back();
        Asked hit = ask(question);
        EXPECT_EQ(hit.by, by_fast_path) << question.back() << hit.shown.text;
        return hit.shown;
    }

    // Unbound answers, although the name is a hit for everyone else.
    static ShownAnswer expect_pass(const std::string &reason, const Command &question) {
        const Watch watch(lab());
        Asked asked = ask(question);
        EXPECT_EQ(asked.by, by_unbound) << reason << asked.shown.text;
        EXPECT_GE(watch.grown("pass_total{reason=\"" + reason + "\"}"), 1) << reason;
        return asked.shown;
    }
};

bool has_type(const ShownAnswer &shown, const std::string &type) {
    for (const ShownRecord &record : shown.answer) {
        if (record.type == type) {
            return true;
        }
    }
    return false;
}

// --- kept apart -------------------------------------------------------------------------------------------------------

// RFC 6840 5.6-5.9: signatures only with DO, AD only with DO or AD, CD copied.
TEST_F(Eligibility, DoAdAndCdHaveEntriesOfTheirOwn) {
    const std::string name = "d0001.signed.example";
    const ShownAnswer plain = expect_own_entry({name, "A", "+noadflag"});
    EXPECT_FALSE(plain.flags.contains("ad"));
    EXPECT_FALSE(has_type(plain, "RRSIG"));

    const ShownAnswer with_ad = expect_own_entry({name, "A", "+adflag"});
    EXPECT_TRUE(with_ad.flags.contains("ad"));
    EXPECT_FALSE(has_type(with_ad, "RRSIG"));

    const ShownAnswer with_do = expect_own_entry({name, "A", "+noadflag", "+dnssec"});
    EXPECT_TRUE(with_do.flags.contains("ad"));
    EXPECT_TRUE(has_type(with_do, "RRSIG"));

    const ShownAnswer with_cd = expect_own_entry({name, "A", "+noadflag", "+cdflag"});
    EXPECT_TRUE(with_cd.flags.contains("cd"));
    EXPECT_FALSE(has_type(with_cd, "RRSIG"));
}

TEST_F(Eligibility, FlagsOfKdigHaveEntriesOfTheirOwn) {
    for (const std::string flag : {"+recurse", "+dnssec", "+cdflag", "+adflag"}) {
        const Command question = {"+noadflag", "d0002.signed.example", "MX", flag}; // kdig sets AD, like dig
        EXPECT_EQ(ask(question, "kdig").by, by_unbound) << flag;
        EXPECT_EQ(ask(question, "kdig").by, by_fast_path) << flag;
    }
}

// A failed validation is SERVFAIL, for those who did not ask to see for themselves; and that answer is not for the others.
TEST_F(Eligibility, BogusIsAFailureAndAnAnswerWithCd) {
    EXPECT_EQ(ask({"bogus.signed.example", "A"}).shown.status, "SERVFAIL");
    EXPECT_EQ(ask({"bogus.signed.example", "A", "+cdflag"}).shown.status, "NOERROR");
    EXPECT_EQ(ask({"bogus.signed.example", "A"}).shown.status, "SERVFAIL");
}

TEST_F(Eligibility, SizeAndPresenceOfEdnsShareAnEntry) {
    const std::string name = "d0400.mail.example";
    EXPECT_EQ(ask({name, "A", "+bufsize=1232"}).by, by_unbound);
    for (const std::string edns : {"+bufsize=4096", "+bufsize=512", "+bufsize=1", "+noedns", "+nocookie"}) {
        const Asked asked = ask({name, "A", edns});
        EXPECT_EQ(asked.by, by_fast_path) << edns;
        const bool has_opt = asked.shown.text.find("OPT PSEUDOSECTION") != std::string::npos;
        EXPECT_EQ(has_opt, edns != "+noedns") << asked.shown.text;
    }
}

// --- left to Unbound --------------------------------------------------------------------------------------------------

TEST_F(Eligibility, OptionsThatTheResolverAnswers) {
    const std::string name = "d0401.mail.example";
    ask({name, "A"});
    EXPECT_EQ(ask({name, "A"}).by, by_fast_path);
    EXPECT_EQ(expect_pass("edns_option", {name, "A", "+subnet=198.18.0.0/24"}).status, "NOERROR");
    EXPECT_EQ(expect_pass("edns_option", {name, "A", "+nsid"}).status, "NOERROR");
    EXPECT_EQ(expect_pass("edns_option", {name, "A", "+ednsopt=65001:0102"}).status, "NOERROR");
    EXPECT_EQ(expect_pass("edns_option", {name, "A", "+nocookie", "+keepalive"}).status, "NOERROR");
    EXPECT_EQ(ask({name, "A"}).by, by_fast_path) << "and none of these changed what is cached";
}

TEST_F(Eligibility, UnknownEdnsVersionIsBadvers) {
    const std::string name = "d0402.mail.example";
    ask({name, "A"});
    EXPECT_EQ(ask({name, "A"}).by, by_fast_path);
    EXPECT_EQ(expect_pass("edns_version", {name, "A", "+edns=1", "+noednsnegotiation"}).status, "BADVERS");
    EXPECT_EQ(ask({name, "A", "+ednsflags=0x40"}).shown.status, "NOERROR")
        << "an unknown Z flag is nothing (RFC 6891 6.1.4)";
}

TEST_F(Eligibility, HeadersThatAreNotAPlainQuery) {
    const std::string name = "d0403.mail.example";
    ask({name, "A"});
    EXPECT_EQ(ask({name, "A"}).by, by_fast_path);
    EXPECT_EQ(expect_pass("no_recursion", {name, "A", "+norecurse"}).status, "REFUSED") << "Unbound snoops for nobody";
    EXPECT_EQ(expect_pass("header_flags", {name, "A", "+zflag"}).status, ask_unbound({name, "A", "+zflag"}).status);
    EXPECT_EQ(expect_pass("opcode", {name, "A", "+opcode=notify"}).status,
              ask_unbound({name, "A", "+opcode=notify"}).status);
}

TEST_F(Eligibility, QuestionsThatAreNotAboutOneType) {
    const std::string name = "d0404.mail.example";
    ask({name, "A"});
    EXPECT_EQ(ask({name, "A"}).by, by_fast_path);
    expect_pass("qtype", {name, "ANY", "+notcp", "+ignore"});
    EXPECT_EQ(expect_pass("qclass", {"version.bind", "CH", "TXT"}).status,
              ask_unbound({"version.bind", "CH", "TXT"}).status);
}

TEST_F(Eligibility, TcpIsUnbounds) {
    const std::string name = "d0405.mail.example";
    ask({name, "A"});
    EXPECT_EQ(ask({name, "A"}).by, by_fast_path);
    EXPECT_EQ(expect_pass("tcp", {name, "A", "+tcp"}).status, "NOERROR");
}

} // namespace
} // namespace fastpath::test
