// SPDX-License-Identifier: Apache-2.0
// Bodies: what becomes of compression pointers when records move, or may move.
#include "cache/body_writer.h"

#include "built_entry.h"
#include "dns/byte_order.h"
#include "plain_records.h"

#include <gtest/gtest.h>

namespace fastpath {
namespace {

using test::give_answer;
using test::OptText;
using test::plain_records;
using test::Response;
using test::ResponseText;
using test::to_wire;

using Bytes = std::vector<uint8_t>;

constexpr size_t any_size = 0xffff;

// An answer with this body, as if it were that of `response`.
Bytes answer_with(const Response &response, const Body &body) {
    fp_answer head{};
    head.flags = response.message.flags;
    head.ancount = static_cast<uint8_t>(response.message.section(Section::answer).size());
    head.nscount = static_cast<uint8_t>(response.message.section(Section::authority).size());
    head.arcount = static_cast<uint8_t>(response.message.section(Section::additional).size());
    return give_answer(response, head, body.octets);
}

// Writes the body, and expects that the records are the same as before.
Body write(const Response &response, RecordRange movable = {}) {
    Body body = write_body(response.message, movable, any_size).value();
    const Bytes answer = answer_with(response, body);
    const auto message = parse_message(answer);
    if (!message) {
        throw std::logic_error(std::string(to_string(message.error())));
    }
    EXPECT_EQ(plain_records(*message), plain_records(response.message));
    return body;
}

std::span<const uint8_t> record_of(const Body &body, size_t number) {
    return std::span(body.octets).subspan(body.records[number], body.records[number + 1] - body.records[number]);
}

bool begins_with(std::span<const uint8_t> octets, const Bytes &wanted) {
    return octets.size() >= wanted.size() && std::equal(wanted.begin(), wanted.end(), octets.begin());
}

TEST(WriteBody, copies_a_message_without_opt) {
    const Response response(ResponseText{.answer = {"www.example.com. 300 IN CNAME web.example.com.",
                                                    "web.example.com. 60 IN MX 10 Mail.web.example.com."},
                                         .additional = {"mail.web.example.com. 300 IN A 192.0.2.1"}});
    const Body body = write(response);
    EXPECT_EQ(answer_with(response, body), response.wire);
}

TEST(WriteBody, says_where_records_and_ttls_are) {
    const Response response(ResponseText{
        .answer = {"www.example.com. 300 IN A 192.0.2.1", "www.example.com. 300 IN A 192.0.2.2"}, .opt = OptText{}});
    const Body body = write(response);
    EXPECT_EQ(body.records, (std::vector<uint16_t>{0, 16, 32}));
    EXPECT_EQ(body.ttl_offsets, (std::vector<uint16_t>{6, 22}));
}

TEST(WriteBody, moves_only_pointers_to_names_behind_the_opt) {
    const Response response(
        ResponseText{.additional = {"one.example.edu. 300 IN A 192.0.2.1", "two.one.example.edu. 300 IN A 192.0.2.2",
                                    "www.example.com. 300 IN A 192.0.2.3"},
                     .opt = OptText{.records_behind = 3}});
    const Body body = write(response);
    const auto &before = response.message.pointers;
    ASSERT_EQ(before.size(), 2U);
    const auto pointer = [&](size_t number) {
        return load_be16(body.octets, size_t{before[number]} - FP_DNS_OPT_LEN - response.message.question_end);
    };
    EXPECT_EQ(pointer(0), load_be16(response.wire, before[0]) - FP_DNS_OPT_LEN);
    EXPECT_EQ(pointer(1), 0xc00c) << "the question stays where it is";
}

TEST(WriteBody, gives_a_name_its_own_root_where_it_had_that_of_the_opt) {
    Bytes wire = to_wire({.additional = {"example.com. 300 IN A 192.0.2.1"}, .opt = OptText{.records_behind = 1}});
    const Response before(wire);
    store_be16(wire, before.message.records[0].offset, static_cast<uint16_t>(0xc000 | before.message.opt->offset));
    const Response response(wire);
    ASSERT_EQ(response.message.owner(response.message.records[0]), WireName{0});
    EXPECT_EQ(write(response).octets.size(), 15U);
}

const ResponseText mail = {
    .question = "example.com. IN MX",
    .answer = {"example.com. 600 IN MX 10 Mail.example.com.", "example.com. 600 IN MX 20 mail.example.net."},
    .additional = {"Mail.example.com. 300 IN A 192.0.2.25", "mail.example.net. 300 IN A 192.0.2.26",
                   "mail.example.net. 300 IN AAAA 2001:db8::26"}};

TEST(WriteBody, leads_no_name_into_movable_records) {
    const Response response(mail);
    const Body body = write(response, {.first = 0, .last = 2});
    const size_t begin = response.message.question_end;
    const Bytes octets = answer_with(response, body);
    const auto answer = parse_message(octets);
    ASSERT_TRUE(answer);
    for (const uint16_t pointer : answer->pointers) {
        const size_t target = load_be16(octets, pointer) & 0x3fffU;
        EXPECT_TRUE(target < begin || target >= begin + body.records[2]) << "pointer at " << pointer;
    }
}

TEST(WriteBody, writes_a_name_out_only_as_far_as_it_is_movable_and_only_once) {
    const Body body = write(Response(mail), {.first = 0, .last = 2});
    EXPECT_TRUE(begins_with(record_of(body, 2), {4, 'M', 'a', 'i', 'l', 0xc0, 0x0c}));
    EXPECT_TRUE(begins_with(record_of(body, 3),
                            {4, 'm', 'a', 'i', 'l', 7, 'e', 'x', 'a', 'm', 'p', 'l', 'e', 3, 'n', 'e', 't', 0}));
    EXPECT_EQ(record_of(body, 4).size(), 2U + 10 + 16) << "points at the owner before it";
}

TEST(WriteBody, counts_data_that_grow) {
    const Response response(
        ResponseText{.question = "example.com. IN NS",
                     .answer = {"example.com. 600 IN NS ns.example.net."},
                     .authority = {"example.org. 600 IN SOA ns.example.net. a.example.net. 1 2 3 4 5"}});
    const Body body = write(response, {.first = 0, .last = 1});
    // Owner, type, class and TTL, then RDLENGTH: both names, of which the second shares "example.net." with the first.
    EXPECT_EQ(load_be16(record_of(body, 1), 13 + 8), 16 + 4 + 20);
}

TEST(WriteBody, frees_movable_records_from_each_other) {
    const Response response(
        ResponseText{.question = "example.com. IN PTR",
                     .answer = {"example.com. 60 IN PTR one.example.net.", "example.com. 60 IN PTR two.example.net."}});
    const Body body = write(response, {.first = 0, .last = 2});
    EXPECT_EQ(record_of(body, 0).size(), 12U + 17);
    EXPECT_EQ(record_of(body, 1).size(), 12U + 17);
}

// A pointer to a pointer: allowed, though no server that we know writes one.
TEST(WriteBody, follows_chains_of_pointers) {
    Bytes wire = to_wire({.question = "example.com. IN PTR",
                          .answer = {"example.com. 60 IN PTR one.example.net.", "example.com. 60 IN PTR example.org."},
                          .additional = {"one.example.net. 60 IN A 192.0.2.1", "one.example.net. 60 IN A 192.0.2.2"}});
    const Response before(wire);
    // The second A record: its owner is now the owner of the first, which is a pointer itself.
    store_be16(wire, before.message.records[3].offset,
               static_cast<uint16_t>(0xc000 | before.message.records[2].offset));
    const Response response(wire);
    const Body body = write(response, {.first = 0, .last = 2});
    EXPECT_EQ(record_of(body, 2).size(), 17U + 14);
    EXPECT_EQ(record_of(body, 3).size(), 2U + 14);
}

// A pointer has 14 bits.
TEST(WriteBody, does_not_point_beyond_the_reach_of_a_pointer) {
    ResponseText text = {.question = "example.com. IN PTR", .answer = {"example.com. 60 IN PTR one.example.net."}};
    for (size_t i = 0; i < 70; ++i) {
        text.authority.push_back("example.com. 60 IN TXT \"" + std::string(240, 'x') + "\"");
    }
    text.additional = {"one.example.net. 60 IN A 192.0.2.1", "one.example.net. 60 IN A 192.0.2.2"};
    const Body body = write(Response(text), {.first = 0, .last = 1});
    ASSERT_GT(body.octets.size(), 0x4000U);
    EXPECT_EQ(record_of(body, 71).size(), 17U + 14);
    EXPECT_EQ(record_of(body, 72).size(), 17U + 14);
}

TEST(WriteBody, keeps_within_the_room_it_is_given) {
    const Response response(mail);
    const RecordRange movable{.first = 0, .last = 2};
    const size_t size = write(response, movable).octets.size();
    EXPECT_TRUE(write_body(response.message, movable, size));
    EXPECT_FALSE(write_body(response.message, movable, size - 1));
}

} // namespace
} // namespace fastpath
