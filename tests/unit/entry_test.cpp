// SPDX-License-Identifier: Apache-2.0
// Entries: an answer that is put together from one again is the response it was built from, but for age; ldns reads
// both.
#include "cache/entry.h"

#include "cache/age.h"
#include "dns/byte_order.h"
#include "response_corpus.h"

#include <algorithm>
#include <cstring>
#include <gtest/gtest.h>
#include <limits>
#include <numeric>

namespace fastpath {
namespace {

using test::CorpusResponse;
using test::LdnsPacket;
using test::OptText;
using test::parse_with_ldns;
using test::response_corpus;
using test::ResponseText;
using test::to_wire;

using Bytes = std::vector<uint8_t>;

constexpr CachePolicy unbounded{.max_ttl = std::numeric_limits<int32_t>::max()};

// The message and the octets it points into.
struct Response {
    explicit Response(Bytes octets) : wire(std::move(octets)), message(parse_message(wire)) {
        EXPECT_TRUE(message) << to_string(message.error());
    }
    explicit Response(const ResponseText &text) : Response(to_wire(text)) {}
    Response(const Response &) = delete;
    Response &operator=(const Response &) = delete;

    Bytes wire;
    tl::expected<Message, ParseError> message;
};

Lifetime lowest_ttl(const Message &message) {
    Lifetime lifetime{.seconds = 5};
    if (!message.records.empty()) {
        const auto less = [](const Record &left, const Record &right) { return left.ttl < right.ttl; };
        lifetime.seconds = std::min_element(message.records.begin(), message.records.end(), less)->ttl;
    }
    return lifetime;
}

Entry build(const Response &response, const EntryContext &context = {}, const CachePolicy &policy = unbounded) {
    auto entry = build_entry(*response.message, lowest_ttl(*response.message), context, policy);
    EXPECT_TRUE(entry) << label(entry.error());
    return entry.value_or(Entry{});
}

std::vector<uint16_t> ttl_offsets(const Entry &entry) {
    std::vector<uint16_t> offsets;
    for (size_t at = fp_pad8(entry.head.name_len); at < entry.front.size(); at += sizeof(uint16_t)) {
        uint16_t offset = 0;
        std::memcpy(&offset, &entry.front[at], sizeof(offset));
        offsets.push_back(offset);
    }
    return offsets;
}

// What the BPF program does with an entry and a query: header, question as asked, body, OPT.
Bytes give_answer(const Response &query, const Entry &entry) {
    const Message &asked = *query.message;
    Bytes answer(query.wire.begin(), query.wire.begin() + asked.question_end);
    store_be16(answer, 2, static_cast<uint16_t>(FP_DNS_QR | FP_DNS_RD | entry.head.flags));
    store_be16(answer, 6, entry.head.ancount);
    store_be16(answer, 8, entry.head.nscount);
    store_be16(answer, 10, static_cast<uint16_t>(entry.head.arcount + (asked.opt ? 1 : 0)));
    answer.insert(answer.end(), entry.body.begin(), entry.body.end());
    if (asked.opt) {
        answer.insert(answer.end(), query.wire.begin() + asked.opt->offset, query.wire.begin() + asked.opt->end);
    }
    return answer;
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

// 16 bits at a time, each sum folded before the next; nothing is left to arithmetic modulo 2^64.
uint16_t naive_sum(const Bytes &octets) {
    uint32_t sum = 0;
    for (size_t i = 0; i < octets.size(); i += 2) {
        Bytes pair{octets[i], i + 1 < octets.size() ? octets[i + 1] : uint8_t{0}};
        uint16_t word = 0;
        std::memcpy(&word, pair.data(), sizeof(word));
        sum += word;
        sum = sum > 0xffff ? sum - 0xffff : sum;
    }
    return static_cast<uint16_t>(sum);
}

class EntryOf : public testing::TestWithParam<CorpusResponse> {
  protected:
    const Response response_{GetParam().text};
    const Entry entry_ = build(response_);
};

TEST_P(EntryOf, gives_back_the_response) {
    const Bytes answer = give_answer(response_, entry_);
    const bool opt_is_last = !GetParam().text.opt || GetParam().text.opt->records_behind == 0;
    if (opt_is_last) {
        EXPECT_EQ(answer, response_.wire);
    } else {
        EXPECT_EQ(answer.size(), response_.wire.size());
    }
    EXPECT_TRUE(parse_message(answer)) << "pointers lead to names, also where records moved";
}

TEST_P(EntryOf, ages_every_record_and_changes_nothing_else) {
    const LdnsPacket fresh = parse_with_ldns(response_.wire);
    for (const uint32_t elapsed : ages(entry_)) {
        SCOPED_TRACE(std::to_string(elapsed) + " s");
        const LdnsPacket old = parse_with_ldns(give_answer(response_, aged(entry_, elapsed)));
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
        EXPECT_EQ(aged_sum(entry_.head, elapsed) % 0xffff, naive_sum(aged(entry_, elapsed).body) % 0xffff)
            << elapsed << " s";
    }
}

TEST_P(EntryOf, finds_its_ttls_and_counts_the_odd_ones) {
    const auto offsets = ttl_offsets(entry_);
    ASSERT_EQ(offsets.size(), response_.message->records.size());
    EXPECT_EQ(offsets.size(), entry_.head.ttl_count);
    const auto is_odd = [](uint16_t at) { return at % 2 == 1; };
    EXPECT_EQ(entry_.head.ttl_odd, std::count_if(offsets.begin(), offsets.end(), is_odd));
    for (size_t i = 0; i < offsets.size(); ++i) {
        EXPECT_EQ(load_be32(entry_.body, offsets[i]), response_.message->records[i].ttl);
    }
}

INSTANTIATE_TEST_SUITE_P(Corpus, EntryOf, testing::ValuesIn(response_corpus()),
                         [](const auto &response) { return response.param.name; });

TEST(EntryCorpus, has_ttls_of_both_parities_in_one_answer) {
    const bool found = std::any_of(response_corpus().begin(), response_corpus().end(), [](const CorpusResponse &item) {
        const Entry entry = build(Response(item.text));
        return entry.head.ttl_odd > 0 && entry.head.ttl_odd < entry.head.ttl_count;
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
            EXPECT_EQ(aged_sum(entry.head, elapsed) % 0xffff, naive_sum(aged(entry, elapsed).body) % 0xffff)
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
    const auto entry = build_entry(*response.message, Lifetime{.seconds = 300}, context, {});
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
    EXPECT_EQ(head.core_len, entry->body.size() - 16); // all but the A record
    EXPECT_EQ(head.ttl_count, 4U);
    EXPECT_EQ(head.qtype, 15U);
    EXPECT_EQ(head.view, 7U);
    EXPECT_EQ(head.name_len, 13U);
    EXPECT_EQ(head.query_bits, FP_QUERY_AD | FP_QUERY_CD);

    const Bytes name{7, 'e', 'x', 'a', 'm', 'p', 'l', 'e', 3, 'c', 'o', 'm', 0, 0, 0, 0};
    ASSERT_EQ(entry->front.size(), name.size() + 4 * sizeof(uint16_t));
    EXPECT_TRUE(std::equal(name.begin(), name.end(), entry->front.begin()));
}

TEST(BuildEntry, keeps_an_empty_answer) {
    const Entry entry = build(Response(ResponseText{.flags = FP_DNS_QR | FP_DNS_RD | FP_DNS_RA | FP_RCODE_SERVFAIL}));
    EXPECT_EQ(entry.head.flags, FP_DNS_RA | FP_RCODE_SERVFAIL);
    EXPECT_EQ(entry.head.body_len, 0U);
    EXPECT_EQ(entry.head.core_len, 0U);
    EXPECT_EQ(entry.head.body_sum, 0U);
    EXPECT_EQ(entry.head.ttl_count, 0U);
    EXPECT_EQ(aged_sum(entry.head, 3) % 0xffff, 0);
}

TEST(BuildEntry, bounds_ttls) {
    const CachePolicy policy{.min_ttl = 60, .max_ttl = 3600};
    Response response(
        ResponseText{.answer = {"www.example.com. 5 IN A 192.0.2.1", "www.example.com. 600 IN A 192.0.2.2",
                                "www.example.com. 7200 IN A 192.0.2.3", "www.example.com. 1 IN A 192.0.2.4"}});
    store_be32(response.wire, response.message->records[3].ttl_offset, 0x80000001); // large, not negative (RFC 8767 4)
    response.message = parse_message(response.wire);

    const auto body_ttls = [&](AnswerKind kind) {
        const auto entry = build_entry(*response.message, Lifetime{.seconds = 5, .kind = kind}, {}, policy);
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
    const auto lifetime = decide(*response.message, 0, policy);
    ASSERT_TRUE(lifetime) << label(lifetime.error());
    const auto entry = build_entry(*response.message, *lifetime, {}, policy);
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
    const auto refused = build_entry(*larger.message, Lifetime{.seconds = 60}, {}, unbounded);
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

TEST(Limit, is_that_of_the_query_that_was_answered) {
    for (const uint16_t limit : std::initializer_list<uint16_t>{0, 512, 1232}) {
        EXPECT_EQ(build(with_body(16), {.limit = limit}, {}).head.limit, limit);
    }
}

TEST(OptPosition, is_refused_where_a_name_leads_to_the_root_label_of_the_opt) {
    Bytes wire = to_wire({.additional = {"example.com. 300 IN A 192.0.2.1"}, .opt = OptText{.records_behind = 1}});
    const Response before(wire);
    const uint16_t opt_at = before.message->opt->offset;
    const Record &behind = before.message->records.at(0);
    store_be16(wire, behind.offset, static_cast<uint16_t>(0xc000 | opt_at));
    const Response response(wire);
    ASSERT_EQ(response.message->owner(response.message->records[0]), WireName{0});
    const auto entry = build_entry(*response.message, Lifetime{.seconds = 300}, {}, unbounded);
    ASSERT_FALSE(entry);
    EXPECT_EQ(entry.error(), FillReject::opt_position);
}

TEST(OptPosition, moves_only_pointers_to_names_behind_the_opt) {
    const Response response(
        ResponseText{.additional = {"one.example.edu. 300 IN A 192.0.2.1", "two.one.example.edu. 300 IN A 192.0.2.2",
                                    "www.example.com. 300 IN A 192.0.2.3"},
                     .opt = OptText{.records_behind = 3}});
    const Entry entry = build(response);
    const Bytes answer = give_answer(response, entry);
    const auto message = parse_message(answer);
    ASSERT_TRUE(message) << to_string(message.error());
    ASSERT_EQ(message->pointers.size(), 2U);
    EXPECT_EQ(load_be16(answer, message->pointers[0]), load_be16(response.wire, response.message->pointers[0]) - 11);
    EXPECT_EQ(load_be16(answer, message->pointers[1]), 0xc00c) << "the question stays where it is";
}

} // namespace
} // namespace fastpath
