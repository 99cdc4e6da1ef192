// SPDX-License-Identifier: Apache-2.0
// A cached answer as zone file lines and as JSON.
#include "ctl/answer_text.h"
#include "ctl/records.h"
#include "dns/type_text.h"
#include "unit/ctl_cached_answer.h"
#include "unit/ctl_heap_cache.h"

#include <gtest/gtest.h>
#include <sstream>

namespace fastpath::ctl {
namespace {

using test::cached;
using test::CachedQuery;
using test::ResponseText;

constexpr uint16_t response = FP_DNS_QR | FP_DNS_RD | FP_DNS_RA;

const ResponseText mail = {
    .question = "example.com. IN MX",
    .flags = response | FP_DNS_AD,
    .answer = {"example.com. 3600 IN MX 10 mx.example.com."},
    .additional = {"mx.example.com. 300 IN AAAA 2001:db8::25"},
};

const ResponseText no_such_name = {
    .question = "nope.example.com. IN A",
    .flags = response | FP_RCODE_NXDOMAIN,
    .authority = {"example.com. 900 IN SOA ns.example.com. admin.example.com. 1 7200 3600 1209600 600"},
};

// As a resolver answers a query with the DO bit.
ResponseText with_do(ResponseText text) {
    text.opt = test::OptText{.flags = FP_EDNS_DO};
    return text;
}

// Puts the entry into a cache and hands the copy that was read from there to `visit`.
template <class Visit> void read_back(Entry entry, Visit visit) {
    test::HeapCache memory(1);
    AnswerTable table(memory, 10);
    ASSERT_TRUE(table.insert(entry, 0));
    for_each_answer(memory, visit);
}

std::string zone_lines(Entry entry, uint32_t age) {
    std::ostringstream stream;
    read_back(std::move(entry), [&](const AnswerCopy &copy) { print_zone_lines(stream, copy, age); });
    return stream.str();
}

Json json_of(Entry entry, uint32_t age) {
    Json json;
    read_back(std::move(entry), [&](const AnswerCopy &copy) { json = to_json(copy, age); });
    return json;
}

TEST(AnswerText, IsZoneFileLinesBelowAComment) {
    Entry entry = cached(with_do(mail), {.query_bits = FP_QUERY_DO | FP_QUERY_AD, .view = 7, .limit = 1232});
    entry.head.last_used = 40;

    EXPECT_EQ(
        zone_lines(entry, 100),
        "; example.com. IN MX: NOERROR, flags ad ra; query DO AD, payload size 1232, view 7; age 100 s, 200 s left, "
        "last used 60 s ago; answers_small[0][0]\n"
        "example.com.\t3500\tIN\tMX\t10 mx.example.com.\n"
        "mx.example.com.\t200\tIN\tAAAA\t2001:db8::25\t; additional\n");
}

TEST(AnswerText, CallsAnAnswerStaleFromTheEndOfItsLifetime) {
    const Entry entry = cached(with_do(mail), {.query_bits = FP_QUERY_DO | FP_QUERY_AD});
    EXPECT_NE(zone_lines(entry, 299).find("age 299 s, 1 s left, "), std::string::npos);
    EXPECT_NE(zone_lines(entry, 300).find("age 300 s, stale: expired 0 s ago, "), std::string::npos);
    const std::string lines = zone_lines(entry, 1000);
    EXPECT_NE(lines.find("age 1000 s, stale: expired 700 s ago, "), std::string::npos) << lines;
    EXPECT_NE(lines.find("\t2600\tIN\tMX\t"), std::string::npos) << "what is left of its own TTL";
    EXPECT_NE(lines.find("\t0\tIN\tAAAA\t"), std::string::npos) << "and not below 0";
}

TEST(AnswerJson, SaysWhetherAnAnswerIsStale) {
    const Json json = json_of(cached(with_do(mail), {.query_bits = FP_QUERY_DO | FP_QUERY_AD}), 1000);
    EXPECT_EQ(json["stale"], true);
    EXPECT_EQ(json["expired_seconds_ago"], 700);
    EXPECT_EQ(json["remaining_seconds"], 0);
}

TEST(AnswerText, ShowsRcodeAndSoaOfNegativeAnswers) {
    EXPECT_EQ(
        zone_lines(cached(no_such_name), 0),
        "; nope.example.com. IN A: NXDOMAIN, flags ra; query plain, view 0; age 0 s, 600 s left, last used 0 s ago; "
        "answers_small[0][0]\n"
        "example.com.\t900\tIN\tSOA\tns.example.com. admin.example.com. 1 7200 3600 1209600 600\t; authority\n");
}

TEST(AnswerText, ShowsWhatItCannotReadAsSuch) {
    Entry entry = cached(mail, {.query_bits = FP_QUERY_AD});
    entry.head.ancount = 3; // more than there are
    EXPECT_NE(zone_lines(entry, 0).find("\n; no records shown: ldns cannot read it: "), std::string::npos);
    EXPECT_TRUE(json_of(entry, 0).contains("error"));
}

TEST(AnswerText, WritesUnknownTypesAsRfc3597Says) {
    const ResponseText unknown = {.question = "x.example. IN TYPE65280",
                                  .answer = {"x.example. 60 IN TYPE65280 \\# 3 010203"}};
    EXPECT_NE(zone_lines(cached(unknown), 0).find("x.example.\t60\tIN\tTYPE65280\t\\# 3 010203\n"), std::string::npos);
}

TEST(AnswerText, KeepsTextWithTabsAndQuotesWhole) {
    const ResponseText text = {.question = "t.example. IN TXT", .answer = {R"(t.example. 60 IN TXT "a\009b\"\010;")"}};
    const std::string lines = zone_lines(cached(text), 0);
    EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 2);
    EXPECT_NE(lines.find("\tTXT\t\"a\tb\\\"\\010;\"\n"), std::string::npos) << lines;
}

TEST(AnswerJson, SaysWhereTheQueryHadNoOpt) {
    EXPECT_TRUE(json_of(cached(no_such_name), 0)["query"]["payload_size"].is_null());
}

TEST(AnswerJson, HasTheSameContent) {
    Entry entry = cached(with_do(mail), {.query_bits = FP_QUERY_DO, .view = 7, .limit = 1232});
    entry.head.last_used = 40;
    const Json wanted = Json::parse(R"({
        "name": "example.com.", "type": "MX", "rcode": "NOERROR", "aa": false, "ad": true, "ra": true,
        "query": {"do": true, "cd": false, "ad": false, "payload_size": 1232}, "view": 7,
        "age_seconds": 100, "remaining_seconds": 200, "stale": false, "expired_seconds_ago": null,
        "last_used_seconds_ago": 60,
        "size_class": "small", "chunk": 0, "element": 0,
        "answer": [{"name": "example.com.", "ttl": 3500, "class": "IN", "type": "MX", "data": "10 mx.example.com."}],
        "authority": [],
        "additional": [{"name": "mx.example.com.", "ttl": 200, "class": "IN", "type": "AAAA", "data": "2001:db8::25"}]
    })");
    EXPECT_EQ(json_of(entry, 100), wanted) << json_of(entry, 100).dump(2);
}

TEST(RecordTypes, AreReadWithoutCaseAndByNumber) {
    EXPECT_EQ(type_from_text("mx"), 15);
    EXPECT_EQ(type_from_text("AAAA"), 28);
    EXPECT_EQ(type_from_text("TYPE65280"), 65280);
    EXPECT_EQ(type_to_text(65280), "TYPE65280");
    for (const char *text : {"", "FOO", "TYPE", "TYPEx", "TYPE65536", "TYPE1x", "A "}) {
        EXPECT_EQ(type_from_text(text), std::nullopt) << text;
    }
}

} // namespace
} // namespace fastpath::ctl
