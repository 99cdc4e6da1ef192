// SPDX-License-Identifier: Apache-2.0
// Entries: an answer that is put together from one again is the response it was built from, but for age; ldns reads
// both.
#include "cache/entry.h"

#include "built_entry.h"
#include "cache/age.h"
#include "cache/front.h"
#include "dns/byte_order.h"
#include "plain_records.h"
#include "response_corpus.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <set>

namespace fastpath {
namespace {

using test::build;
using test::CorpusResponse;
using test::give_answer;
using test::LdnsPacket;
using test::naive_sum;
using test::OptText;
using test::parse_with_ldns;
using test::plain_records;
using test::Response;
using test::response_corpus;
using test::ResponseText;
using test::to_wire;
using test::unbounded;

using Bytes = std::vector<uint8_t>;

std::vector<uint16_t> ttl_offsets(const Entry &entry) {
    return ttl_offsets_of(entry.head, entry.front);
}

uint16_t aged_sum_of(const Entry &entry, uint32_t elapsed) {
    return aged_sum(sums_of(entry.head), ttl_count(entry.head), elapsed);
}

Entry aged(Entry entry, uint32_t elapsed) {
    age_body(entry.body, ttl_offsets(entry), elapsed);
    return entry;
}

void expect_same_but_older(const ldns_rr_list *fresh, const ldns_rr_list *old, uint32_t elapsed) {
    ASSERT_EQ(ldns_rr_list_rr_count(old), ldns_rr_list_rr_count(fresh));
    for (size_t i = 0; i < ldns_rr_list_rr_count(fresh); ++i) {
        // ldns_rr_compare looks at owner, type, class and data, not at the TTL.
        EXPECT_EQ(ldns_rr_compare(ldns_rr_list_rr(fresh, i), ldns_rr_list_rr(old, i)), 0) << "record " << i;
        EXPECT_EQ(ldns_rr_ttl(ldns_rr_list_rr(old, i)), ldns_rr_ttl(ldns_rr_list_rr(fresh, i)) - elapsed)
            << "record " << i;
    }
}

std::vector<uint32_t> ages(const Entry &entry) {
    return {0, 1, entry.head.lifetime / 2, entry.head.lifetime - 1};
}

class EntryOf : public testing::TestWithParam<CorpusResponse> {
  protected:
    const Response response_{GetParam().text};
    const Entry entry_ = build(response_);
};

// In these, names lead into an RRset that is turned, or the OPT stands before records.
const std::set<std::string> written_anew = {"mail_with_additional", "root_servers", "opt_before_glue"};

TEST_P(EntryOf, gives_back_the_response) {
    const Bytes answer = give_answer(response_, entry_.head, entry_.body);
    const auto message = parse_message(answer);
    ASSERT_TRUE(message) << to_string(message.error());
    EXPECT_EQ(plain_records(*message), plain_records(response_.message));
    EXPECT_EQ(answer == response_.wire, written_anew.count(GetParam().name) == 0);
}

TEST_P(EntryOf, ages_every_record_and_changes_nothing_else) {
    const LdnsPacket fresh = parse_with_ldns(response_.wire);
    for (const uint32_t elapsed : ages(entry_)) {
        SCOPED_TRACE(std::to_string(elapsed) + " s");
        const LdnsPacket old = parse_with_ldns(give_answer(response_, entry_.head, aged(entry_, elapsed).body));
        ASSERT_TRUE(old);
        expect_same_but_older(ldns_pkt_answer(fresh.get()), ldns_pkt_answer(old.get()), elapsed);
        expect_same_but_older(ldns_pkt_authority(fresh.get()), ldns_pkt_authority(old.get()), elapsed);
        expect_same_but_older(ldns_pkt_additional(fresh.get()), ldns_pkt_additional(old.get()), elapsed);
    }
}

TEST_P(EntryOf, knows_the_sum_of_its_body_at_every_age) {
    EXPECT_EQ(entry_.head.body_sum, naive_sum(entry_.body));
    for (const uint32_t elapsed : ages(entry_)) {
        // 0 and 0xffff are the same number.
        EXPECT_EQ(aged_sum_of(entry_, elapsed) % 0xffff, naive_sum(aged(entry_, elapsed).body) % 0xffff)
            << elapsed << " s";
    }
}

TEST_P(EntryOf, knows_the_sum_of_its_body_with_one_ttl_for_all) {
    for (const uint32_t ttl : {0U, 30U, 0x12345678U}) {
        Bytes stale = entry_.body;
        for (const uint16_t at : ttl_offsets(entry_)) {
            store_be32(stale, at, ttl);
        }
        EXPECT_EQ(stale_sum(sums_of(entry_.head), ttl_count(entry_.head), ttl) % 0xffff, naive_sum(stale) % 0xffff)
            << ttl << " s";
    }
}

TEST_P(EntryOf, finds_its_ttls_and_counts_the_odd_ones) {
    const auto offsets = ttl_offsets(entry_);
    ASSERT_EQ(offsets.size(), response_.message.records.size());
    EXPECT_EQ(offsets.size(), ttl_count(entry_.head));
    const auto is_odd = [](uint16_t at) { return at % 2 == 1; };
    EXPECT_EQ(entry_.head.ttl_odd, std::count_if(offsets.begin(), offsets.end(), is_odd));
    for (size_t i = 0; i < offsets.size(); ++i) {
        EXPECT_EQ(load_be32(entry_.body, offsets[i]), response_.message.records[i].ttl);
    }
}

INSTANTIATE_TEST_SUITE_P(Corpus, EntryOf, testing::ValuesIn(response_corpus()),
                         [](const auto &response) { return response.param.name; });

TEST(EntryCorpus, has_ttls_of_both_parities_in_one_answer) {
    const bool found = std::any_of(response_corpus().begin(), response_corpus().end(), [](const CorpusResponse &item) {
        const Entry entry = build(Response(item.text));
        return entry.head.ttl_odd > 0 && entry.head.ttl_odd < ttl_count(entry.head);
    });
    EXPECT_TRUE(found) << "without one the tests of aged_sum() say little";
}

// 2^16 is 1 only if every carry comes back: TTLs and ages around the places where it might not.
TEST(AgedSum, holds_for_ages_that_cross_16_bits) {
    for (const char *const owner :
         {"www.example.com.", "wwww.example.com."}) { // TTL at an even offset, then at an odd one
        const Response response(ResponseText{.answer = {std::string(owner) + " 2147483647 IN A 255.255.255.255",
                                                        "odd.example.net. 2147483647 IN TXT \"even\"",
                                                        "odd.example.net. 2147483647 IN TXT \"odds\""}});
        const Entry entry = build(response);
        for (const uint32_t elapsed :
             {0U, 1U, 255U, 256U, 65534U, 65535U, 65536U, 65537U, 131070U, 0x7fff0000U, 0x7ffffffeU}) {
            EXPECT_EQ(aged_sum_of(entry, elapsed) % 0xffff, naive_sum(aged(entry, elapsed).body) % 0xffff)
                << elapsed << " s";
        }
    }
}

TEST(AgeOf, counts_whole_seconds_since_born) {
    fp_answer head{};
    head.born = 5 * FP_NSEC_PER_SEC + 1;
    EXPECT_EQ(age_of(head, 0), 0U);
    EXPECT_EQ(age_of(head, head.born), 0U);
    EXPECT_EQ(age_of(head, head.born + FP_NSEC_PER_SEC - 1), 0U);
    EXPECT_EQ(age_of(head, head.born + FP_NSEC_PER_SEC), 1U);
}

TEST(BuildEntry, fills_the_head) {
    const Response response(ResponseText{
        .question = "Example.COM. IN MX",
        .flags = FP_DNS_QR | FP_DNS_AA | FP_DNS_RD | FP_DNS_RA | FP_DNS_AD | FP_DNS_CD,
        .answer = {"example.com. 600 IN MX 10 mail.example.com.", "example.com. 500 IN MX 20 mail.example.net."},
        .authority = {"example.com. 700 IN NS ns1.example.com."},
        .additional = {"mail.example.com. 300 IN A 192.0.2.25"},
        .opt = OptText{}});
    const EntryContext context{
        .key = {{11, 22}}, .query_bits = FP_QUERY_AD | FP_QUERY_CD, .view = 7, .limit = 1232, .born_ns = 123456789};
    const auto entry = build_entry(response.message, Lifetime{.seconds = 300}, context, {});
    ASSERT_TRUE(entry) << label(entry.error());

    const fp_answer &head = entry->head;
    EXPECT_EQ(head.key.hash[0], 11U);
    EXPECT_EQ(head.key.hash[1], 22U);
    EXPECT_EQ(head.born, 123456789U);
    EXPECT_EQ(head.lifetime, 300U);
    EXPECT_EQ(head.last_used, 0U);
    EXPECT_EQ(head.flags, FP_DNS_AA | FP_DNS_RA | FP_DNS_AD); // RD and CD are copied from the query
    EXPECT_EQ(head.ancount, 2U);
    EXPECT_EQ(head.nscount, 1U);
    EXPECT_EQ(head.arcount, 1U);
    EXPECT_EQ(head.body_len, entry->body.size());
    EXPECT_EQ(head.lead_len, 21 + 32); // the MX records
    EXPECT_EQ(ttl_count(head), 4U);
    EXPECT_EQ(head.qtype, 15U);
    EXPECT_EQ(head.view, 7U);
    EXPECT_EQ(head.name_len, 13U);
    EXPECT_EQ(head.query_bits, FP_QUERY_AD | FP_QUERY_CD);
    EXPECT_EQ(head.turn_count, 1U);

    const Bytes name{7, 'e', 'x', 'a', 'm', 'p', 'l', 'e', 3, 'c', 'o', 'm', 0, 0, 0, 0};
    ASSERT_EQ(entry->front.size(), front_size(head));
    EXPECT_TRUE(std::equal(name.begin(), name.end(), entry->front.begin()));
}

TEST(BuildEntry, keeps_an_empty_answer) {
    const Entry entry = build(Response(ResponseText{.flags = FP_DNS_QR | FP_DNS_RD | FP_DNS_RA | FP_RCODE_SERVFAIL}));
    EXPECT_EQ(entry.head.flags, FP_DNS_RA | FP_RCODE_SERVFAIL);
    EXPECT_EQ(entry.head.body_len, 0U);
    EXPECT_EQ(entry.head.lead_len, 0U);
    EXPECT_EQ(entry.head.body_sum, 0U);
    EXPECT_EQ(ttl_count(entry.head), 0U);
    EXPECT_EQ(aged_sum_of(entry, 3) % 0xffff, 0);
}

TEST(BuildEntry, bounds_ttls) {
    const CachePolicy policy{.min_ttl = 60, .max_ttl = 3600};
    Response response(
        ResponseText{.answer = {"www.example.com. 5 IN A 192.0.2.1", "www.example.com. 600 IN A 192.0.2.2",
                                "www.example.com. 7200 IN A 192.0.2.3", "www.example.com. 1 IN A 192.0.2.4"}});
    store_be32(response.wire, response.message.records[3].ttl_offset, 0x80000001); // large, not negative (RFC 8767 4)
    response.message = parse_message(response.wire).value();

    const auto body_ttls = [&](AnswerKind kind) {
        const auto entry = build_entry(response.message, Lifetime{.seconds = 5, .kind = kind}, {}, policy);
        std::vector<uint32_t> ttls;
        for (const uint16_t at : ttl_offsets(*entry)) {
            ttls.push_back(load_be32(entry->body, at));
        }
        return ttls;
    };
    EXPECT_EQ(body_ttls(AnswerKind::positive), (std::vector<uint32_t>{60, 600, 3600, 3600}));
    EXPECT_EQ(body_ttls(AnswerKind::negative), (std::vector<uint32_t>{5, 600, 3600, 3600}));
}

TEST(BuildEntry, leaves_the_ttl_of_an_soa_above_the_negative_lifetime) {
    const Response response(ResponseText{
        .authority = {"example.com. 7200 IN SOA ns1.example.com. root.example.com. 1 7200 3600 1209600 7200"}});
    const CachePolicy policy{.max_negative_ttl = 60};
    const auto lifetime = decide(response.message, 0, policy);
    ASSERT_TRUE(lifetime) << label(lifetime.error());
    const auto entry = build_entry(response.message, *lifetime, {}, policy);
    ASSERT_TRUE(entry);
    EXPECT_EQ(entry->head.lifetime, 60U);
    EXPECT_EQ(load_be32(entry->body, ttl_offsets(*entry)[0]), 7200U);
}

// A response whose body has this many octets: one record with 12 octets before its data.
Response with_body(size_t octets, const std::string &owner = "www.example.com.") {
    std::string data = "\\# " + std::to_string(octets - 12) + " " + std::string(2 * (octets - 12), '0');
    return Response(
        ResponseText{.question = owner + " IN TYPE65280", .answer = {owner + " 60 IN TYPE65280 " + std::move(data)}});
}

TEST(SizeClass, is_the_smallest_that_holds_the_body) {
    EXPECT_EQ(build(with_body(128)).size_class, FP_ANSWER_small);
    EXPECT_EQ(build(with_body(129)).size_class, FP_ANSWER_medium);
    EXPECT_EQ(build(with_body(512)).size_class, FP_ANSWER_medium);
    EXPECT_EQ(build(with_body(513)).size_class, FP_ANSWER_large);
    EXPECT_EQ(build(with_body(1232)).size_class, FP_ANSWER_large);
    const Response larger = with_body(1233);
    const auto refused = build_entry(larger.message, Lifetime{.seconds = 60}, {}, unbounded);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error(), FillReject::too_large);
}

TEST(SizeClass, is_the_smallest_that_holds_the_front) {
    // Names are padded to 8 octets, and the TTL offset of the one record takes two more.
    const auto name_of_length = [](size_t octets) { return std::string(octets - 7, 'a') + ".test."; };
    EXPECT_EQ(build(with_body(16, name_of_length(56))).size_class, FP_ANSWER_small);  // 56 + 2
    EXPECT_EQ(build(with_body(16, name_of_length(57))).size_class, FP_ANSWER_medium); // 64 + 2 of 64
    const std::string label_63 = std::string(63, 'a') + ".";
    EXPECT_EQ(build(with_body(16, label_63 + label_63 + name_of_length(56))).size_class,
              FP_ANSWER_medium); // 184 + 2 of 192
    EXPECT_EQ(build(with_body(16, label_63 + label_63 + name_of_length(57))).size_class, FP_ANSWER_large); // 192 + 2
}

// The shortest record has 11 octets: the root as its owner, and no data.
Response with_shortest_records(size_t count) {
    return Response(ResponseText{.question = ". IN TYPE65280",
                                 .answer = std::vector<std::string>(count, ". 60 IN TYPE65280 \\# 0")});
}

TEST(SizeClass, has_room_for_as_many_records_as_fit_a_body) {
    const Entry most = build(with_shortest_records(112));
    EXPECT_EQ(most.size_class, FP_ANSWER_large);
    EXPECT_EQ(most.head.ancount, 112);
    EXPECT_EQ(most.head.turn_count, FP_TURNS_MAX);
    const Response more = with_shortest_records(113);
    const auto refused = build_entry(more.message, Lifetime{.seconds = 60}, {}, unbounded);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error(), FillReject::too_large);
}

TEST(Limit, is_that_of_the_query_that_was_answered) {
    for (const uint16_t limit : std::initializer_list<uint16_t>{0, 512, 1232}) {
        EXPECT_EQ(build(with_body(16), {.limit = limit}, {}).head.limit, limit);
    }
}

} // namespace
} // namespace fastpath
