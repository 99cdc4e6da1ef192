// SPDX-License-Identifier: Apache-2.0
// What recorded rulesets mean for DNS that is not tracked.
#include "doctor/firewall.h"
#include "unit/doctor_rulesets.h"

#include <gtest/gtest.h>

namespace fastpath::doctor {
namespace {

using Places = std::vector<std::string>;

NftRuleset parsed(const std::string &json) {
    return parse_nft_ruleset(json).value();
}

std::optional<std::set<IpAddress>> our_addresses(const NftRuleset &ruleset) {
    return notrack_addresses(ruleset, "dns_fastpath");
}

Places places_of(const std::vector<const NftRule *> &rules) {
    Places places;
    for (const NftRule *rule : rules) {
        places.push_back(place_of(*rule));
    }
    return places;
}

// The first occurrence; a text that is not there is a mistake of the test.
std::string with(std::string json, const std::string &from, const std::string &to) {
    const size_t at = json.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return at == std::string::npos ? json : json.replace(at, from.size(), to);
}

TEST(NftRuleset, IsReadAsNftShowsIt) {
    const NftRuleset ruleset = parsed(test::stateful_firewall_json());
    ASSERT_EQ(ruleset.chains.size(), 1);
    EXPECT_EQ(ruleset.chains[0].hook, "input");
    EXPECT_EQ(ruleset.chains[0].policy, "drop");
    ASSERT_EQ(ruleset.rules.size(), 4);
    EXPECT_EQ(place_of(ruleset.rules[1]), "table inet filter, chain input, handle 3");
}

TEST(NftRuleset, IsAnErrorWhereItIsNone) {
    EXPECT_FALSE(parse_nft_ruleset(""));
    EXPECT_FALSE(parse_nft_ruleset("[]"));
    EXPECT_FALSE(parse_nft_ruleset(R"({"nftables": 1})"));
    EXPECT_TRUE(parse_nft_ruleset(R"({"nftables": []})"));
}

// A later nft may write things in another way: they are then not understood, and that is all.
TEST(NftRuleset, OfUnknownShapeIsNotUnderstood) {
    const NftRuleset ruleset =
        parsed(R"({"nftables": [1, {"rule": 1}, {"set": {"elem": 1}}, {"set": {"elem": [{"elem": 1}]}},
        {"rule": {"family": "inet", "table": "dns_fastpath", "expr": [{"match": 1}, {"match": {"left": {"ct": 1}}}, 1]}},
        {"rule": {"expr": 1}}, {"rule": {"expr": [{"vmap": {"key": {"ct": {"key": "state"}}, "data": 1}}]}},
        {"rule": {"expr": [{"mangle": null}, {"match": {"op": "==", "left": {"payload": null}, "right": null}}]}}]})");
    EXPECT_EQ(our_addresses(ruleset), std::nullopt);
    EXPECT_TRUE(zone_rules(ruleset).empty());
    EXPECT_TRUE(dns_translations(ruleset).empty());
    EXPECT_TRUE(rules_that_want_tracking(ruleset).empty());
}

TEST(NotrackAddresses, AreThoseOfOurTable) {
    EXPECT_EQ(our_addresses(parsed(test::notrack_json())),
              (std::set<IpAddress>{parse_address("198.18.0.2").value(), parse_address("2001:db8::2").value()}));
}

TEST(NotrackAddresses, AreNotThoseOfAnotherDaemon) {
    EXPECT_EQ(notrack_addresses(parsed(test::notrack_json()), "second_one"), std::nullopt);
}

TEST(NotrackAddresses, AreNoneWhereTheTableIsNotWhole) {
    EXPECT_EQ(our_addresses(parsed(test::stateful_firewall_json())), std::nullopt);
    const std::string whole = test::notrack_json();
    EXPECT_EQ(our_addresses(parsed(with(whole, R"("hook": "output")", R"("hook": "input")"))), std::nullopt);
    const std::string rule = R"("chain": "to_us", "handle": 7)";
    const std::string first_gone = with(whole, rule, R"("chain": "other", "table": "other")");
    EXPECT_NE(our_addresses(parsed(first_gone)), std::nullopt) << "there is one for IPv6 still";
    EXPECT_EQ(our_addresses(parsed(with(first_gone, R"("chain": "to_us", "handle": 8)", R"("table": "other")"))),
              std::nullopt);
}

TEST(ZoneRules, AreFoundInAllTables) {
    EXPECT_EQ(places_of(zone_rules(parsed(test::zone_and_translation_json()))),
              Places{"table ip z, chain pre, handle 3"});
    EXPECT_TRUE(zone_rules(parsed(test::stateful_firewall_json())).empty());
}

TEST(DnsTranslations, AreThoseOfPort53) {
    const std::string json = test::zone_and_translation_json();
    EXPECT_EQ(places_of(dns_translations(parsed(json))), Places{"table ip z, chain nat, handle 5"});
    const auto http_dport = [&json](const std::string &right) {
        return places_of(dns_translations(parsed(with(json, R"("right": 80)", R"("right": )" + right)))).size();
    };
    EXPECT_EQ(http_dport("53"), 2);
    EXPECT_EQ(http_dport(R"({"set": [80, 53]})"), 2);
    EXPECT_EQ(http_dport(R"({"set": [80, {"range": [50, 53]}]})"), 2);
    EXPECT_EQ(http_dport(R"({"range": [53, 60]})"), 2);
    EXPECT_EQ(http_dport(R"({"range": [54, 60]})"), 1);
    EXPECT_EQ(http_dport(R"({"range": [1, 52]})"), 1);
    EXPECT_EQ(http_dport(R"("@ports")"), 1);
}

// Answers come in by `ct state established`, queries over TCP by `ct state new`; UDP queries by their port alone.
TEST(RulesThatWantTracking, AreThoseThatLetDnsInByItsState) {
    EXPECT_EQ(places_of(rules_that_want_tracking(parsed(test::stateful_firewall_json()))),
              (Places{"table inet filter, chain input, handle 3", "table inet filter, chain input, handle 7"}));
}

TEST(RulesThatWantTracking, AreNoneWhereTheTableDropsNothing) {
    const std::string json = test::stateful_firewall_json();
    EXPECT_TRUE(rules_that_want_tracking(parsed(with(json, R"("policy": "drop")", R"("policy": "accept")"))).empty());
    EXPECT_TRUE(rules_that_want_tracking(parsed(with(json, R"("hook": "input")", R"("hook": "forward")"))).empty());
}

TEST(RulesThatWantTracking, AreNoneWhereUntrackedPacketsAreLetIn) {
    const std::string json = test::stateful_firewall_json();
    const std::string states = R"(["established", "related"])";
    EXPECT_TRUE(
        rules_that_want_tracking(parsed(with(json, states, R"(["established", "related", "untracked"])"))).empty());
}

TEST(RulesThatWantTracking, AreOnlyThoseOfQueriesWhereAnswersAreLetInByTheirPort) {
    const std::string udp = R"("protocol": "udp", "field": "dport")";
    const std::string json = with(test::stateful_firewall_json(), udp, R"("protocol": "udp", "field": "sport")");
    EXPECT_EQ(places_of(rules_that_want_tracking(parsed(json))), Places{"table inet filter, chain input, handle 7"});
}

TEST(RulesThatWantTracking, AreOnlyThoseOfAnswersWhereQueriesOfBothProtocolsAreLetInByTheirPort) {
    const std::string udp = R"("protocol": "udp", "field": "dport")";
    const std::string json = with(test::stateful_firewall_json(), udp, R"("protocol": "th", "field": "dport")");
    EXPECT_EQ(places_of(rules_that_want_tracking(parsed(json))), Places{"table inet filter, chain input, handle 3"});
}

TEST(RulesThatWantTracking, AreSeenInMapsAndBeforeAReject) {
    const std::string json = test::firewall_with_exemption_json();
    EXPECT_TRUE(rules_that_want_tracking(parsed(json)).empty()) << "udp sport 50-60 accept";
    const std::string other_port = with(json, "[50, 60]", "[60, 70]");
    EXPECT_EQ(places_of(rules_that_want_tracking(parsed(other_port))),
              Places{"table inet firewalld, chain filter_INPUT, handle 4"});
    EXPECT_TRUE(rules_that_want_tracking(
                    parsed(with(other_port, R"(["related", {"accept": null}])", R"(["untracked", {"accept": null}])")))
                    .empty());
    EXPECT_TRUE(rules_that_want_tracking(parsed(with(other_port, R"({"reject": )", R"({"log": )"))).empty());
}

} // namespace
} // namespace fastpath::doctor
