// SPDX-License-Identifier: Apache-2.0
// Rotation: every turn of an entry gives the same answer, but for the order of one RRset, and its sums are those of the
// body that it gives.
#include "cache/turns.h"

#include "built_entry.h"
#include "cache/age.h"
#include "cache/front.h"
#include "dns/byte_order.h"
#include "plain_records.h"
#include "random_answer.h"
#include "response_corpus.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <set>

namespace fastpath {
namespace {

using test::build;
using test::CorpusResponse;
using test::give_answer;
using test::naive_sum;
using test::parse_with_ldns;
using test::plain_records;
using test::PlainRecord;
using test::random_answer;
using test::Response;
using test::response_corpus;
using test::ResponseText;

using Bytes = std::vector<uint8_t>;

struct RangeCase {
    std::string name;
    ResponseText text;
    RecordRange turned;
};

void PrintTo(const RangeCase &test, std::ostream *out) {
    *out << test.name;
}

const std::string signature = " 13 2 300 20300101000000 20200101000000 12345 example.com. c2lnbmF0dXJl";

std::vector<RangeCase> range_cases() {
    const std::string a = "www.example.com. 300 IN A 192.0.2.";
    return {
        {"one_record", {.answer = {a + "1"}}, {}},
        {"three_records", {.answer = {a + "1", a + "2", a + "3"}}, {.first = 0, .last = 3}},
        {"behind_cnames",
         {.answer = {"www.example.com. 300 IN CNAME w.example.com.", "w.example.com. 300 IN CNAME x.example.net.",
                     "x.example.net. 20 IN A 192.0.2.7", "x.example.net. 20 IN A 192.0.2.8"}},
         {.first = 2, .last = 4}},
        {"signature_behind",
         {.answer = {a + "1", a + "2", "www.example.com. 300 IN RRSIG A" + signature}},
         {.first = 0, .last = 2}},
        {"signature_between", {.answer = {a + "1", "www.example.com. 300 IN RRSIG A" + signature, a + "2"}}, {}},
        {"signature_before",
         {.answer = {"www.example.com. 300 IN RRSIG A" + signature, a + "1", a + "2"}},
         {.first = 1, .last = 3}},
        {"two_parts", {.answer = {a + "1", a + "2", "www.example.com. 300 IN RRSIG A" + signature, a + "3"}}, {}},
        {"two_owners", {.answer = {a + "1", a + "2", "web.example.com. 300 IN A 192.0.2.3"}}, {}},
        {"owner_in_other_case", {.answer = {a + "1", "WWW.example.com. 300 IN A 192.0.2.2"}}, {.first = 0, .last = 2}},
        {"signatures",
         {.question = "www.example.com. IN RRSIG",
          .answer = {"www.example.com. 300 IN RRSIG A" + signature, "www.example.com. 300 IN RRSIG AAAA" + signature}},
         {}},
        {"cnames",
         {.question = "www.example.com. IN AAAA",
          .answer = {"www.example.com. 300 IN CNAME w.example.com.", "w.example.com. 300 IN CNAME x.example.com."}},
         {}},
        {"other_sections",
         {.authority = {"example.com. 300 IN NS a.example.com.", "example.com. 300 IN NS b.example.com."},
          .additional = {a + "1", a + "2"}},
         {}},
    };
}

class TurnedRange : public testing::TestWithParam<RangeCase> {};

TEST_P(TurnedRange, is_the_rrset_that_answers_the_question) {
    const Response response(GetParam().text);
    const RecordRange turned = records_to_turn(response.message);
    EXPECT_EQ(turned.first, GetParam().turned.first);
    EXPECT_EQ(turned.last, GetParam().turned.last);
}

INSTANTIATE_TEST_SUITE_P(Answers, TurnedRange, testing::ValuesIn(range_cases()),
                         [](const auto &test) { return test.param.name; });

// By record.
std::vector<uint16_t> turned_ttl_offsets(const Entry &entry, const Turns &turns, uint16_t first) {
    std::vector<uint16_t> offsets = ttl_offsets_of(entry.head, entry.front);
    for (uint16_t &at : offsets) {
        at = turned_offset(at, turns.rrset, first);
    }
    return offsets;
}

std::vector<PlainRecord> records_in(const Response &query, const Entry &entry, const Bytes &body) {
    const Bytes answer = give_answer(query, entry.head, body);
    EXPECT_TRUE(parse_with_ldns(answer));
    const auto message = parse_message(answer);
    EXPECT_TRUE(message) << to_string(message.error());
    return message ? plain_records(*message) : std::vector<PlainRecord>{};
}

void expect_sums(const BodySums &sums, const Bytes &body, const std::vector<uint16_t> &ttl_offsets, uint32_t lifetime) {
    const auto count = static_cast<uint32_t>(ttl_offsets.size());
    for (const uint32_t age : {0U, 1U, lifetime - 1}) {
        Bytes aged = body;
        age_body(aged, ttl_offsets, age);
        // 0 and 0xffff are the same number.
        EXPECT_EQ(aged_sum(sums, count, age) % 0xffff, naive_sum(aged) % 0xffff) << age << " s";
    }
    for (const uint32_t ttl : {0U, 30U}) {
        Bytes stale = body;
        for (const uint16_t at : ttl_offsets) {
            store_be32(stale, at, ttl);
        }
        EXPECT_EQ(stale_sum(sums, count, ttl) % 0xffff, naive_sum(stale) % 0xffff) << "stale, " << ttl << " s";
    }
}

// All that a hit relies on, of each turn; returns the first record that each order begins with.
std::vector<size_t> expect_good_turns(const Response &response, const Entry &entry) {
    const std::vector<PlainRecord> learned = plain_records(response.message);
    const RecordRange range = records_to_turn(response.message);
    const std::vector<uint16_t> offsets = ttl_offsets_of(entry.head, entry.front);
    const Turns turns = turns_of(entry.head, entry.front);
    std::vector<size_t> begins;
    for (const fp_turn &turn : turns.list) {
        SCOPED_TRACE("turned to " + std::to_string(turn.first));
        const Bytes body = turned_body(entry.body, turns.rrset, turn.first);
        const std::vector<uint16_t> moved = turned_ttl_offsets(entry, turns, turn.first);
        for (size_t i = 0; i < offsets.size(); ++i) {
            EXPECT_EQ(load_be32(body, moved[i]), load_be32(entry.body, offsets[i])) << "TTL of record " << i;
        }
        expect_sums(sums_of(turn), body, moved, entry.head.lifetime);

        std::vector<PlainRecord> given = records_in(response, entry, body);
        const auto begin = given.begin() + static_cast<ptrdiff_t>(range.first);
        const auto end = given.begin() + static_cast<ptrdiff_t>(range.last);
        const auto as_learned = std::find(begin, end, learned[range.first]);
        EXPECT_NE(as_learned, end);
        begins.push_back(range.size() - static_cast<size_t>(as_learned - begin));
        std::rotate(begin, as_learned, end);
        EXPECT_EQ(given, learned) << "turned back, it is the order as learned";
    }
    for (uint16_t other = 1; turns.swapped && other < turns.swapped->count; ++other) {
        SCOPED_TRACE("swapped with " + std::to_string(other));
        const Bytes body = swapped_body(entry.body, *turns.swapped, other);
        expect_sums(sums_of(entry.head), body, offsets, entry.head.lifetime);
        std::vector<PlainRecord> given = records_in(response, entry, body);
        std::swap(given[range.first], given[range.first + other]);
        EXPECT_EQ(given, learned) << "swapped back, it is the order as learned";
        begins.push_back(other);
    }
    return begins;
}

class TurnsOf : public testing::TestWithParam<CorpusResponse> {};

TEST_P(TurnsOf, change_the_order_of_one_rrset_and_nothing_else) {
    const Response response(GetParam().text);
    const Entry entry = build(response);
    EXPECT_EQ(entry.front.size(), front_size(entry.head));
    const auto begins = expect_good_turns(response, entry);
    const RecordRange range = records_to_turn(response.message);
    const bool is_swapped = entry.head.turn_count == FP_TURNS_SWAPPED;
    EXPECT_EQ(begins.size(), is_swapped ? range.size() - 1 : most_turns(range));
}

INSTANTIATE_TEST_SUITE_P(Corpus, TurnsOf, testing::ValuesIn(response_corpus()),
                         [](const auto &response) { return response.param.name; });

// Owners may repeat along a chain, and records in a set: then there is less to turn, or nothing to see.
bool has_distinct_records(const Response &response) {
    const RecordRange range = records_to_turn(response.message);
    const std::vector<PlainRecord> records = plain_records(response.message);
    for (size_t i = range.first + 1; i < range.last; ++i) {
        if (records[i] == records[range.first]) {
            return false;
        }
    }
    return true;
}

TEST(RandomTurns, change_the_order_of_one_rrset_and_nothing_else) {
    size_t turned = 0;
    size_t written_anew = 0;
    for (uint32_t seed = 0; seed < 2000; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        const Response response(random_answer(seed));
        if (!has_distinct_records(response)) {
            continue;
        }
        const Entry entry = build(response);
        EXPECT_EQ(records_in(response, entry, entry.body), plain_records(response.message));
        const bool has_turns = !expect_good_turns(response, entry).empty();
        const size_t body_size = response.wire.size() - response.message.question_end - FP_DNS_OPT_LEN;
        turned += has_turns ? 1U : 0U;
        written_anew += entry.body.size() != body_size ? 1U : 0U;
        ASSERT_FALSE(HasFailure());
    }
    EXPECT_GT(turned, 1000U);
    EXPECT_GT(written_anew, 200U);
}

std::string two_digits(size_t number) {
    constexpr std::string_view digits = "0123456789abcdef";
    return {digits[number / 16 % 16], digits[number % 16]};
}

// As long as addresses, but of a type that nobody knows.
ResponseText opaque(size_t count, const std::string &owner = "www.example.com.") {
    ResponseText text{.question = owner + " IN TYPE65281"};
    for (size_t i = 0; i < count; ++i) {
        text.answer.push_back(owner + " 60 IN TYPE65281 \\# 4 000000" + two_digits(i));
    }
    return text;
}

ResponseText addresses(size_t count, const std::string &ttl_of_last = "60") {
    ResponseText text{.question = "www.example.com. IN AAAA"};
    for (size_t i = 0; i < count; ++i) {
        text.answer.push_back("www.example.com. " + (i + 1 < count ? "60" : ttl_of_last) +
                              " IN AAAA 2001:db8::" + std::to_string(i));
    }
    return text;
}

// They take hardly any room, so that each comes first however many there are.
TEST(SwappedAddresses, are_all_of_an_rrset) {
    for (const size_t count : {2U, 3U, 30U}) {
        const Response response(addresses(count));
        const Entry entry = build(response);
        EXPECT_EQ(entry.head.turn_count, FP_TURNS_SWAPPED);
        EXPECT_EQ(expect_good_turns(response, entry).size(), count - 1);
    }
}

// RFC 2181 5.2 deprecates different TTLs in one RRset; where they are found, each stays with its record.
TEST(SwappedAddresses, have_one_ttl) {
    const Response response(addresses(3, "61"));
    const Entry entry = build(response);
    EXPECT_EQ(entry.head.turn_count, 2U);
    EXPECT_EQ(expect_good_turns(response, entry).size(), 2U);
}

std::vector<size_t> begins_of(const ResponseText &text) {
    const Response response(text);
    return expect_good_turns(response, build(response));
}

TEST(TurnsOfRecords, begin_with_every_record_where_there_are_few) {
    EXPECT_TRUE(begins_of(opaque(1)).empty());
    EXPECT_EQ(begins_of(opaque(2)), (std::vector<size_t>{1}));
    EXPECT_EQ(begins_of(opaque(4)), (std::vector<size_t>{1, 2, 3}));
}

TEST(TurnsOfRecords, are_spread_evenly_where_there_are_many) {
    EXPECT_EQ(begins_of(opaque(64)), (std::vector<size_t>{4, 8, 12, 16, 20, 24, 28, 32, 36, 40, 44, 48, 52, 56, 60}));
    const auto begins = begins_of(opaque(17));
    EXPECT_EQ(begins.size(), FP_TURNS_MAX);
    EXPECT_EQ(std::set<size_t>(begins.begin(), begins.end()).size(), begins.size());
}

TEST(TurnsOfRecords, take_a_medium_slot_so_that_each_comes_first) {
    const Response response(opaque(8));
    const Entry entry = build(response);
    EXPECT_EQ(entry.size_class, FP_ANSWER_medium);
    EXPECT_EQ(expect_good_turns(response, entry), (std::vector<size_t>{1, 2, 3, 4, 5, 6, 7}));
}

TEST(TurnsOfRecords, take_no_large_slot_for_that) {
    // 104 octets of name, 16 TTL offsets, and where the RRset is leave room for seven turns of 8 octets.
    const Response response(opaque(16, std::string(60, 'a') + "." + std::string(32, 'a') + ".test."));
    const Entry entry = build(response);
    EXPECT_EQ(entry.size_class, FP_ANSWER_medium);
    EXPECT_EQ(expect_good_turns(response, entry).size(), (192U - 104 - 32 - 4) / 8);
}

TEST(TurnsOfRecords, take_a_larger_slot_where_none_would_fit) {
    const auto entry_for = [](size_t name_len) {
        return build(Response(opaque(2, std::string(name_len - 7, 'a') + ".test.")));
    };
    EXPECT_EQ(entry_for(48).size_class, FP_ANSWER_small); // 48 + 2 * 2 + 4 + 8
    EXPECT_EQ(entry_for(48).head.turn_count, 1);
    EXPECT_EQ(entry_for(49).size_class, FP_ANSWER_medium);
    EXPECT_EQ(entry_for(49).head.turn_count, 1);
}

// Two exchanges to whose names the additional section points, and so many octets of text that no name leads to.
Response padded(size_t padding) {
    return Response(
        ResponseText{.question = "example.com. IN MX",
                     .answer = {"example.com. 600 IN MX 10 a.example.org.", "example.com. 600 IN MX 10 a.example.net."},
                     .additional = {"a.example.org. 600 IN A 192.0.2.1", "a.example.net. 600 IN A 192.0.2.2",
                                    "example.com. 600 IN TYPE65280 \\# " + std::to_string(padding) + " " +
                                        std::string(2 * padding, '0')}});
}

// Names that are written out make a message longer than the resolver's. Where that might be one that the client does not
// take, the order stays.
TEST(TurnsOfLongAnswers, are_left_out_where_names_written_out_could_truncate) {
    size_t longest_turned = 0;
    size_t shortest_unturned = 0;
    for (size_t padding = 200; padding < 400; ++padding) {
        const Response response = padded(padding);
        const Entry entry = build(response);
        const size_t payload = response.message.question_end + entry.body.size() + 11 + 6; // OPT with an extended error
        if (entry.head.turn_count != 0) {
            longest_turned = std::max(longest_turned, payload);
        } else {
            shortest_unturned = shortest_unturned == 0 ? payload : shortest_unturned;
            EXPECT_EQ(entry.body.size(), response.wire.size() - response.message.question_end) << "as it came";
        }
    }
    EXPECT_EQ(longest_turned, 512U);
    EXPECT_GT(shortest_unturned, 400U);
}

TEST(TurnsOfLongAnswers, are_there_where_no_name_has_to_be_written_out) {
    EXPECT_EQ(begins_of(opaque(76)).size(), FP_TURNS_MAX); // 1,216 octets
}

TEST(TurnedOffset, moves_with_its_part_of_the_rrset) {
    const fp_turned_rrset rrset{.at = 10, .len = 9};
    const Bytes body{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20};
    const Bytes turned = turned_body(body, rrset, 4);
    EXPECT_EQ(turned, (Bytes{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 14, 15, 16, 17, 18, 10, 11, 12, 13, 19, 20}));
    for (uint16_t at = 0; at < body.size(); ++at) {
        EXPECT_EQ(turned[turned_offset(at, rrset, 4)], body[at]);
    }
}

} // namespace
} // namespace fastpath
