// SPDX-License-Identifier: Apache-2.0
// What comes back of a steered miss is what its upstream says, and the next one who asks has it from the cache.
#include "e2e/steering_test.h"

#include <algorithm>

namespace fastpath::test {
namespace {

constexpr const char *hits = "queries_total{result=\"hit\"}";
constexpr const char *misses = "queries_total{result=\"miss\"}";
constexpr const char *steered = "misses_total{way=\"steered\"}";

ShownAnswer dig(const Lab &lab, const std::string &server, Command arguments) {
    arguments.insert(arguments.begin(), {"dig", "@" + server});
    return parse_dig(lab.run(Machine::client, arguments).output);
}

// All that dig shows of an answer but its TTLs: the sections, and what the OPT record says.
std::multiset<std::string> shown(const ShownAnswer &answer) {
    std::multiset<std::string> lines = without_ttls(answer);
    const size_t opt = answer.text.find("; EDNS:");
    lines.insert(opt == std::string::npos ? "no OPT" : answer.text.substr(opt, answer.text.find('\n', opt) - opt));
    return lines;
}

// --- one upstream -------------------------------------------------------------------------------------------------------

class SteeredAnswers : public SteeringTest {
  protected:
    static void SetUpTestSuite() {
        SteeringTest::SetUpTestSuite();
        if (can_run()) {
            serve(steering_config(default_pool({az1a_upstreams})), 2);
            ASSERT_TRUE(answers_come_from({"az1a"}) && answers_come_from({"az1a"}, {.server = address::fp1_v6}));
        }
    }
};

struct Case {
    const char *name; // of the test
    Command question;
    const char *status;
};

class OneUpstream : public SteeredAnswers, public ::testing::WithParamInterface<Case> {
  protected:
    static void expect_the_upstreams_own(const std::string &server, const std::string &upstream) {
        const ShownAnswer own = dig(lab(), upstream, GetParam().question);
        EXPECT_EQ(own.status, GetParam().status) << own.text;
        const double steered_before = counter(steered);
        const ShownAnswer answer = dig(lab(), server, GetParam().question);
        EXPECT_EQ(shown(answer), shown(own));
        EXPECT_EQ(counter(steered), steered_before + 1);
        control(lab(), {"cache", "flush-all"}, Machine::fp1);
    }
};

TEST_P(OneUpstream, AnswersItselfOverIpv4) {
    expect_the_upstreams_own(address::fp1, address::az1a);
}

TEST_P(OneUpstream, AnswersItselfOverIpv6) {
    expect_the_upstreams_own(address::fp1_v6, "2001:db8::1:11");
}

INSTANTIATE_TEST_SUITE_P(
    Questions, OneUpstream,
    ::testing::Values(Case{"address", {"d0001.mail.example", "A"}, "NOERROR"},
                      Case{"mixed_case", {"D0002.MaiL.exAMPle", "MX"}, "NOERROR"},
                      Case{"without_edns", {"d0003.mail.example", "TXT", "+noedns"}, "NOERROR"},
                      Case{"signed", {"d0001.signed.example", "A", "+dnssec"}, "NOERROR"},
                      Case{"chain", {"chain1.mail.example", "A"}, "NOERROR"},
                      Case{"no_data", {"only4.mail.example", "AAAA"}, "NOERROR"},
                      Case{"nxdomain", {"nothing-here.mail.example", "A"}, "NXDOMAIN"},
                      Case{"servfail", {"x.lame.example", "A"}, "SERVFAIL"},
                      Case{"refused", {"x.refused.example", "A"}, "REFUSED"},
                      Case{"largest", {"size1232.mail.example", "TXT", "+bufsize=1232", "+ignore"}, "NOERROR"},
                      Case{"truncated", {"big.mail.example", "TXT", "+ignore"}, "NOERROR"},
                      Case{"truncated_to_512", {"many.mail.example", "A", "+noedns", "+ignore"}, "NOERROR"},
                      Case{"large_buffer", {"many.mail.example", "A", "+bufsize=4096"}, "NOERROR"}),
    [](const auto &one) { return std::string(one.param.name); });

TEST_F(SteeredAnswers, FillTheCache) {
    const std::string labels = of_upstream(address::az1a, "az1");
    const Samples before = metrics(lab(), Machine::fp1);
    const ShownAnswer miss = dig(lab(), address::fp1, {"d0100.mail.example", "A"});
    EXPECT_EQ(miss.data(), (std::multiset<std::string>{"198.18.128.100"}));
    const Samples after = metrics(lab(), Machine::fp1);
    for (const std::string &name : {std::string(misses), std::string(steered), "upstream_queries_total" + labels,
                                    "upstream_responses_total" + labels}) {
        EXPECT_EQ(after.fastpath(name), before.fastpath(name) + 1) << name;
    }
    EXPECT_EQ(after.fastpath(hits), before.fastpath(hits));

    ASSERT_TRUE(eventually([&] { return counter("cache_fills_total") == before.fastpath("cache_fills_total") + 1; }));
    const ShownAnswer hit = dig(lab(), address::fp1, {"d0100.mail.example", "A"});
    EXPECT_EQ(without_ttls(hit), without_ttls(miss));
    EXPECT_EQ(counter(hits), before.fastpath(hits) + 1);
    EXPECT_EQ(counter("upstream_queries_total" + labels), after.fastpath("upstream_queries_total" + labels));
}

// A connected socket takes an answer of no other address than the one that it asked.
TEST_F(SteeredAnswers, ComeFromTheAddressThatWasAsked) {
    on(Machine::fp1, {"ip", "address", "add", "198.18.0.12/16", "dev", "eth0"});
    EXPECT_TRUE(eventually([] { return who_answers({.server = "198.18.0.12"}) == "az1a"; }));
    EXPECT_EQ(who_answers(), "az1a");
    on(Machine::fp1, {"ip", "address", "del", "198.18.0.12/16", "dev", "eth0"});
}

TEST_F(SteeredAnswers, OverTcpAreOfThisHost) {
    const ShownAnswer answer = dig(lab(), address::fp1, {"n.who.example", "TXT", "+tcp"});
    EXPECT_TRUE(answer.over_tcp);
    EXPECT_EQ(answer.data(), (std::multiset<std::string>{"\"fp1\""}));
}

// --- another interface --------------------------------------------------------------------------------------------------

class AnotherInterface : public SteeringTest {};

TEST_F(AnotherInterface, IsWhereTheUpstreamIs) {
    const FastpathDaemon daemon(lab(),
                                "interfaces: [eth0, eth1]\n"
                                "acl: {allow: [198.18.0.0/15, \"2001:db8::/32\"]}\n" +
                                    default_pool({"{address: 198.19.0.53}", "{address: \"2001:db8:19::53\"}"}),
                                Machine::fp1);
    ASSERT_TRUE(upstreams_up(2)) << daemon.log();
    EXPECT_TRUE(answers_come_from({"corp"}));
    EXPECT_TRUE(answers_come_from({"corp"}, {.server = address::fp1_v6}));
    const double before = counter(steered);
    EXPECT_EQ(survey(20), (Survey{{"corp", 20}}));
    EXPECT_EQ(counter(steered), before + 20);
}

// The programs see no answer that comes in elsewhere, so nothing is sent there.
TEST_F(AnotherInterface, IsNotUsedWhereItIsNotListed) {
    const FastpathDaemon daemon(lab(), steering_config(default_pool({"{address: 198.19.0.53}"})), Machine::fp1);
    ASSERT_TRUE(upstreams_up(1)) << daemon.log();
    const std::string no_route = "misses_total{way=\"no_route\"}";
    EXPECT_TRUE(eventually([&] { return who_answers() == "fp1" && counter(no_route) > 0; }));
    const double before = counter(no_route);
    EXPECT_EQ(survey(5), (Survey{{"fp1", 5}}));
    EXPECT_EQ(counter(no_route), before + 5);
}

} // namespace
} // namespace fastpath::test
