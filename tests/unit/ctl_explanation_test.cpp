// SPDX-License-Identifier: Apache-2.0
// What the program said of a query, in words.
#include "ctl/explanation.h"

#include <dns_fastpath/counters.h>
#include <gtest/gtest.h>
#include <linux/bpf.h>
#include <map>
#include <sstream>

namespace fastpath::ctl {
namespace {

// A miss of a client that may ask, for the resolver on this host.
ExplainedQuery miss() {
    ExplainedQuery explained;
    explained.query = {.client = parse_address("198.18.9.7").value(),
                       .server = parse_address("198.18.0.2").value(),
                       .name = name_from_text("www.corp.example").value(),
                       .qtype = 1,
                       .options = {}};
    explained.rule = parse_prefix("198.18.0.0/15").value();
    explained.view = "default";
    explained.pool = "default";
    explained.way_pool = "default";
    explained.upstream = "local";
    fp_explanation &record = explained.record;
    record.outcome = FP_OUT_miss_local;
    record.verdict = XDP_PASS;
    record.qtype = 1;
    record.limit = 1232;
    record.name_len = static_cast<uint8_t>(explained.query.name.size());
    record.has_opt = 1;
    record.way_chosen = 1;
    record.way_outcome = FP_OUT_miss_local;
    record.daemon_alive = 1;
    return explained;
}

// An answer in the cache, of this age, that lives for 300 s.
void add_entry(ExplainedQuery &explained, uint32_t age) {
    explained.record.has_entry = 1;
    explained.record.entry_age = age;
    explained.record.entry.lifetime = 300;
    explained.record.entry.refresh_at = 270;
    explained.record.entry.ancount = 2;
}

std::map<std::string, std::string> steps(const ExplainedQuery &explained) {
    std::map<std::string, std::string> by_subject;
    for (const ExplainStep &step : steps_of(explained)) {
        by_subject[step.about] = step.text;
    }
    return by_subject;
}

TEST(Explanation, TellsAMissStepByStep) {
    std::string order;
    for (const ExplainStep &step : steps_of(miss())) {
        order += std::string(step.about) + " ";
    }
    EXPECT_EQ(order, "address client question cache resolver route upstream outcome ");
    auto text = steps(miss());
    EXPECT_EQ(text["address"], "198.18.0.2 is a listen address");
    EXPECT_EQ(text["client"], "198.18.9.7 may ask: the longest prefix that covers it is 198.18.0.0/15");
    EXPECT_EQ(text["question"], "www.corp.example. A, plain, EDNS, takes 1232 octets; view default, pool default by "
                                "client and listen address");
    EXPECT_EQ(text["cache"], "no answer for this question in this view");
    EXPECT_EQ(text["resolver"], "the daemon is alive; the resolver on this host is there");
    EXPECT_EQ(text["route"], "no zone in routes claims the name: pool default");
    EXPECT_EQ(text["upstream"].find("local, by consistent hashing"), 0);
    EXPECT_EQ(text["outcome"],
              "miss_local: passed to the resolver of this host, which is the upstream chosen; the packet "
              "goes on to the kernel, and to whoever listens there (XDP_PASS)");
}

TEST(Explanation, NamesTheZoneAndTheUpstream) {
    ExplainedQuery explained = miss();
    explained.record.zone_len = 14; // corp.example.
    explained.way_pool = "vpc";
    explained.upstream = "198.18.2.11";
    explained.record.upstream_tier = 1;
    explained.record.attempt = 1;
    explained.record.source = parse_address("198.18.0.2").value().abi();
    explained.record.outcome = explained.record.way_outcome = FP_OUT_miss_steered;
    explained.record.verdict = XDP_REDIRECT;
    explained.egress = "eth1";
    auto text = steps(explained);
    EXPECT_EQ(text["route"], "the zone corp.example. in routes claims the name: pool vpc");
    EXPECT_EQ(text["upstream"],
              "198.18.2.11, by consistent hashing on the name among those of other availability zones; "
              "attempt 2 of this client; asked from 198.18.0.2");
    EXPECT_EQ(text["outcome"], "miss_steered: sent to an upstream; the packet leaves by eth1 (XDP_REDIRECT)");
}

TEST(Explanation, SaysWhyThereIsNoUpstream) {
    ExplainedQuery explained = miss();
    explained.upstream = "";
    explained.record.upstream = FP_UPSTREAM_NONE;
    explained.record.way_outcome = FP_OUT_miss_no_upstream;
    EXPECT_EQ(steps(explained)["upstream"], "none: passed: no upstream of the pool can take it");
    explained.upstream = "198.18.2.11";
    explained.record.upstream = 3;
    explained.record.way_outcome = FP_OUT_miss_no_route;
    EXPECT_NE(steps(explained)["upstream"].find("; but passed: no way to the upstream"), std::string::npos);
}

TEST(Explanation, TellsTheAgeOfAnAnswer) {
    ExplainedQuery explained = miss();
    add_entry(explained, 20);
    EXPECT_EQ(steps(explained)["cache"],
              "NOERROR with 2 records in the answer section, 20 s old, fresh for 280 s more");
    EXPECT_FALSE(steps(explained).contains("resolver")) << "nobody asks it";
    add_entry(explained, 270);
    EXPECT_NE(steps(explained)["cache"].find("fresh for 30 s more; a hit asks for its refresh"), std::string::npos);
    add_entry(explained, 300);
    EXPECT_NE(steps(explained)["cache"].find("expired 0 s ago"), std::string::npos);
    EXPECT_TRUE(steps(explained).contains("resolver"));
    explained.record.entry.lifetime = 0;
    EXPECT_NE(steps(explained)["cache"].find("which was flushed"), std::string::npos);
}

TEST(Explanation, TellsWhetherStaleAnswersMayBeGiven) {
    ExplainedQuery explained = miss();
    explained.record.resolver_gone = 1;
    explained.record.daemon_alive = 0;
    EXPECT_EQ(steps(explained)["resolver"],
              "the daemon has been dead for too long to believe its word; the resolver on this "
              "host seems to be gone: stale answers may be given");
}

TEST(Explanation, SaysWhoMayNotAsk) {
    ExplainedQuery explained = miss();
    explained.is_allowed = false;
    explained.record.way_chosen = 0;
    EXPECT_NE(steps(explained)["client"].find("may not ask: 198.18.0.0/15 covers it, which acl.allow does not have"),
              std::string::npos);
    EXPECT_FALSE(steps(explained).contains("cache"));
    explained.rule.reset();
    EXPECT_NE(steps(explained)["client"].find("may not ask: no prefix of acl.allow covers it"), std::string::npos);
}

TEST(Explanation, SaysThatAnUpstreamIsNotSentOn) {
    ExplainedQuery explained = miss();
    explained.record.from_upstream = 1;
    EXPECT_NE(steps(explained)["client"].find("is an upstream itself"), std::string::npos);
}

TEST(Explanation, EndsAtAnAddressThatIsNotOurs) {
    ExplainedQuery explained;
    explained.query = miss().query;
    explained.is_listener = false;
    explained.record.verdict = XDP_PASS;
    EXPECT_EQ(steps_of(explained).size(), 2);
    EXPECT_EQ(steps(explained)["address"], "198.18.0.2 is no listen address: nothing that is sent to it is looked at");
}

// A hit has an answer: here the query itself with QR and RCODE set, which is answer enough for what is looked at.
TEST(Explanation, ShowsTheAnswerOfAHitAlone) {
    ExplainedQuery explained = miss();
    explained.packet = query_packet(explained.query);
    explained.packet.at(14 + 28 + 2) |= 0x80;
    explained.packet.at(14 + 28 + 3) |= 3;
    EXPECT_EQ(to_json(explained)["answer"], nullptr) << "a miss has none";
    explained.record.outcome = FP_OUT_hit;
    explained.record.verdict = XDP_TX;
    EXPECT_EQ(to_json(explained)["answer"]["rcode"], "NXDOMAIN");
    EXPECT_EQ(to_json(explained)["answer"]["records"], Json::array());
    EXPECT_EQ(to_json(explained)["result"], "hit");
    std::ostringstream stream;
    Output output = {stream, false, false};
    print_explanation(output, explained);
    EXPECT_NE(stream.str().find("\nthe answer: NXDOMAIN, "), std::string::npos) << stream.str();
}

} // namespace
} // namespace fastpath::ctl
