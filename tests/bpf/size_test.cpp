// SPDX-License-Identifier: Apache-2.0
// How large an answer may be, and what a client gets that takes less (RFC 1035 4.2.1, 6891 6.2, 2181 9).
#include "fixture.h"
#include "harness/expected_answer.h"

namespace fastpath::test {
namespace {

const DnsQuery txt_query = {.qtype = type::txt};

// Any number of octets of data, in strings of at most 255.
std::string text_of(size_t octets) {
    std::string text;
    while (octets > 0) {
        const size_t string = std::min<size_t>(octets, 256);
        text += " \"" + std::string(string - 1, 'x') + "\"";
        octets -= string;
    }
    return text;
}

// A TXT answer that makes a message of `size` octets without OPT.
ResponseText txt_of_size(size_t size) {
    const size_t without_data = txt_query.octets().size() + 12; // pointer, type, class, TTL, length
    return {.question = "www.example.com. IN TXT",
            .answer = {"www.example.com. 300 IN TXT" + text_of(size - without_data)}};
}

Packet query_with_buffer(uint16_t size) {
    DnsQuery query = txt_query;
    query.edns = Edns{.udp_size = size};
    return frame(query);
}

class Size : public FastPath {};

TEST_F(Size, WithoutEdns512OctetsFit) {
    const Cached &cached = add(txt_of_size(512));
    EXPECT_TRUE(answers(frame(txt_query), cached));
    EXPECT_TRUE(answers(frame(Ipv6{}, txt_query), cached));
}

TEST_F(Size, WithoutEdns513OctetsAreTruncated) {
    const Cached &cached = add(txt_of_size(513));
    EXPECT_TRUE(truncates(frame(txt_query), cached));
    EXPECT_TRUE(truncates(frame(Ipv6{}, txt_query), cached));
}

TEST_F(Size, TheOptCountsToo) {
    const Cached &fits = add(txt_of_size(512 - FP_DNS_OPT_LEN));
    EXPECT_TRUE(answers(query_with_buffer(512), fits));
    const Cached &too_large = add(txt_of_size(513 - FP_DNS_OPT_LEN));
    EXPECT_TRUE(truncates(query_with_buffer(512), too_large));
}

TEST_F(Size, ABufferBelow512CountsAs512) {
    const Cached &fits = add(txt_of_size(512 - FP_DNS_OPT_LEN));
    EXPECT_TRUE(answers(query_with_buffer(0), fits));
    EXPECT_TRUE(answers(query_with_buffer(511), fits));
    const Cached &too_large = add(txt_of_size(513 - FP_DNS_OPT_LEN));
    EXPECT_TRUE(truncates(query_with_buffer(0), too_large));
}

TEST_F(Size, TheBufferIsTheLimit) {
    const Cached &cached = add(txt_of_size(1000));
    EXPECT_TRUE(truncates(query_with_buffer(1000 + FP_DNS_OPT_LEN - 1), cached));
    EXPECT_TRUE(answers(query_with_buffer(1000 + FP_DNS_OPT_LEN), cached));
}

TEST_F(Size, OurOwnLimitIsThePayloadSize) {
    const Cached &fits = add(txt_of_size(1232 - FP_DNS_OPT_LEN));
    for (const uint16_t buffer : std::initializer_list<uint16_t>{1232, 1233, 4096, 65535}) {
        EXPECT_TRUE(answers(query_with_buffer(buffer), fits)) << buffer;
    }
    const Cached &too_large = add(txt_of_size(1233 - FP_DNS_OPT_LEN));
    for (const uint16_t buffer : std::initializer_list<uint16_t>{1231, 1232, 4096, 65535}) {
        EXPECT_TRUE(truncates(query_with_buffer(buffer), too_large)) << buffer;
    }
}

TEST_F(Size, ASmallerPayloadSizeIsKeptAndSaid) {
    fp_settings smaller = default_settings();
    smaller.payload_size = 600;
    set(smaller);
    const Cached &fits = add(txt_of_size(600 - FP_DNS_OPT_LEN));
    EXPECT_TRUE(answers(query_with_buffer(1232), fits));
    const Cached &too_large = add(txt_of_size(601 - FP_DNS_OPT_LEN));
    EXPECT_TRUE(truncates(query_with_buffer(1232), too_large));
}

TEST_F(Size, EverySizeUpToTheLargest) {
    for (size_t size = 47; size <= 1232 - FP_DNS_OPT_LEN; size += 1) {
        const Cached &cached = add(txt_of_size(size));
        ASSERT_TRUE(answers(query_with_buffer(1232), cached)) << size;
        forget();
    }
}

// The frame of a truncated answer is shorter than that of its query was: padding and cookie are gone.
TEST_F(Size, ATruncatedAnswerShrinksTheFrame) {
    const Cached &cached = add(txt_of_size(1200));
    EXPECT_TRUE(truncates(frame(txt_query, Padding{600}), cached));
    DnsQuery with_cookie = txt_query;
    with_cookie.edns = Edns{.udp_size = 512, .options = edns_option(FP_EDNS_OPTION_COOKIE, Octets(24))};
    EXPECT_TRUE(truncates(frame(with_cookie), cached));
    EXPECT_TRUE(truncates(frame(Vlan{}, Ipv6{}, with_cookie), cached));
}

TEST_F(Size, ATruncatedAnswerKeepsItsFlags) {
    ResponseText signed_txt = txt_of_size(900);
    signed_txt.flags |= FP_DNS_AD;
    signed_txt.opt = OptText{.flags = FP_EDNS_DO};
    const Cached &cached = add(signed_txt);
    DnsQuery query = txt_query;
    query.edns = Edns{.udp_size = 512, .flags = FP_EDNS_DO};
    EXPECT_TRUE(truncates(frame(query), cached));
}

// A resolver leaves out additional records without a sign (RFC 2181 9), so an answer is for clients with no larger buffer.
TEST_F(Size, AnAnswerForASmallBufferIsNotForALargeOne) {
    const Cached &cached = add(txt_of_size(300), {.limit = 512});
    EXPECT_TRUE(answers(frame(txt_query), cached));
    EXPECT_TRUE(answers(query_with_buffer(512), cached));
    EXPECT_TRUE(misses(query_with_buffer(513)));
    EXPECT_TRUE(misses(query_with_buffer(1232)));
}

// Nor had the resolver room for an extended error (RFC 8914) where the query had no OPT.
TEST_F(Size, AnAnswerToAQueryWithoutOptIsNotForOneWithOpt) {
    const Cached &cached = add(txt_of_size(100), {.limit = 0});
    EXPECT_TRUE(answers(frame(txt_query), cached));
    EXPECT_TRUE(misses(query_with_buffer(512)));
    EXPECT_TRUE(misses(query_with_buffer(1232)));
}

// The resolver chooses which additional records to leave out (BIND: all of them, for every client that takes 512 octets), so it is
// asked for each size but the one that the answer was given to.
TEST_F(Size, WithAdditionalRecordsTheSizeIsThatOfTheQuery) {
    const DnsQuery query = {.name = "example.com.", .qtype = type::mx};
    const ResponseText mail = {.question = "example.com. IN MX",
                               .answer = {"example.com. 300 IN MX 10 mx.example.com."},
                               .additional = {"mx.example.com. 300 IN A 192.0.2.25"}};
    const auto with_buffer = [&](uint16_t size) {
        DnsQuery sized = query;
        sized.edns = Edns{.udp_size = size};
        return frame(sized);
    };
    const Cached &cached = add(mail, {.limit = 1000});
    EXPECT_TRUE(answers(with_buffer(1000), cached));
    EXPECT_TRUE(passes(with_buffer(999), FP_OUT_pass_partial));
    EXPECT_TRUE(passes(frame(query), FP_OUT_pass_partial));
    EXPECT_TRUE(misses(with_buffer(1001)));
}

} // namespace
} // namespace fastpath::test
