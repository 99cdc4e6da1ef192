// SPDX-License-Identifier: Apache-2.0
// One question's answer is never another's: what the key holds, and what happens when keys or the index lie.
#include "fixture.h"

#include <algorithm>

namespace fastpath::test {
namespace {

const ResponseText www = {.answer = {"www.example.com. 300 IN A 192.0.2.1"}};
const ResponseText mail = {.question = "mail.example.com. IN A", .answer = {"mail.example.com. 300 IN A 192.0.2.25"}};

class Separation : public FastPath {};

ResponseText response_with_bits(uint8_t bits) {
    ResponseText response = {.answer = {"www.example.com. 300 IN A 192.0.2." + std::to_string(bits)}};
    response.flags |= bits & FP_QUERY_CD ? FP_DNS_CD : 0;
    response.flags |= bits & FP_QUERY_AD ? FP_DNS_AD : 0;
    if (bits & FP_QUERY_DO) {
        response.opt = OptText{.flags = FP_EDNS_DO};
    }
    return response;
}

Packet query_with_bits(uint8_t bits) {
    DnsQuery query = {.flags = FP_DNS_RD};
    query.flags |= bits & FP_QUERY_CD ? FP_DNS_CD : 0;
    query.flags |= bits & FP_QUERY_AD ? FP_DNS_AD : 0;
    if (bits & FP_QUERY_DO) {
        query.edns = Edns{.flags = FP_EDNS_DO};
    }
    return frame(query);
}

Asked asked_with_bits(uint8_t bits) {
    return {.ad = (bits & FP_QUERY_AD) != 0};
}

constexpr uint8_t all_bits = FP_QUERY_DO | FP_QUERY_CD | FP_QUERY_AD;

TEST_F(Separation, OneAnswerServesOneSetOfBits) {
    for (uint8_t cached_bits = 0; cached_bits <= all_bits; cached_bits++) {
        const Cached &cached = add(response_with_bits(cached_bits), asked_with_bits(cached_bits));
        for (uint8_t bits = 0; bits <= all_bits; bits++) {
            if (bits == cached_bits) {
                EXPECT_TRUE(answers(query_with_bits(bits), cached)) << int{bits};
            } else {
                EXPECT_TRUE(misses(query_with_bits(bits))) << int{cached_bits} << " for " << int{bits};
            }
        }
        forget();
    }
}

TEST_F(Separation, EachSetOfBitsHasItsOwnAnswer) {
    std::vector<const Cached *> cached;
    for (uint8_t bits = 0; bits <= all_bits; bits++) {
        cached.push_back(&add(response_with_bits(bits), asked_with_bits(bits)));
    }
    for (uint8_t bits = 0; bits <= all_bits; bits++) {
        EXPECT_TRUE(answers(query_with_bits(bits), *cached[bits])) << int{bits};
    }
}

// Presence and size of an OPT are not in the key: the answer is built for each.
TEST_F(Separation, AnswersForQueriesWithAndWithoutEdnsAreOne) {
    const Cached &cached = add(www);
    EXPECT_TRUE(answers(frame(DnsQuery{}), cached));
    EXPECT_TRUE(answers(frame(DnsQuery{.edns = Edns{}}), cached));
    EXPECT_TRUE(answers(frame(DnsQuery{.edns = Edns{.udp_size = 512}}), cached));
}

TEST_F(Separation, ViewsHaveTheirOwnAnswers) {
    const Cached &here = add(www);
    EXPECT_TRUE(misses(frame(Ipv4{.dst = other_server_ipv4})));
    const Cached &there = add({.answer = {"www.example.com. 60 IN A 198.51.100.1"}}, {.view = other_view});
    EXPECT_TRUE(answers(frame(Ipv4{.dst = other_server_ipv4}), there));
    EXPECT_TRUE(answers(frame(Ipv4{.dst = server_ipv4}), here));
    EXPECT_TRUE(answers(frame(Ipv6{}), here));
}

TEST_F(Separation, TypesHaveTheirOwnAnswers) {
    const Cached &ipv4 = add(www);
    EXPECT_TRUE(misses(frame(DnsQuery{.qtype = type::aaaa})));
    const Cached &ipv6 =
        add({.question = "www.example.com. IN AAAA", .answer = {"www.example.com. 60 IN AAAA 2001:db8::7"}});
    EXPECT_TRUE(answers(frame(DnsQuery{.qtype = type::a}), ipv4));
    EXPECT_TRUE(answers(frame(DnsQuery{.qtype = type::aaaa}), ipv6));
    EXPECT_TRUE(misses(frame(DnsQuery{.qtype = 256 + type::a})));
}

// The entry of another name under our key, as a collision of the hash would put it there.
TEST_F(Separation, ACollisionIsAMiss) {
    Entry entry = entry_for(mail);
    entry.head.key = entry_for(www).head.key;
    insert(entry, mail);
    EXPECT_TRUE(misses(frame(DnsQuery{.name = "www.example.com."})));
    EXPECT_TRUE(misses(frame(DnsQuery{.name = "mail.example.com."}))); // nothing is under its key
}

// Names of one length that differ in one octet, wherever it is: the comparison goes to the end.
TEST_F(Separation, ACollisionThatDiffersInOneOctetIsAMiss) {
    const std::string name = std::string(40, 'a') + "." + std::string(40, 'a') + ".";
    const ResponseText response = {.question = name + " IN A", .answer = {name + " 300 IN A 192.0.2.1"}};
    const DnsQuery query = {.name = name};
    for (size_t at = 0; at < query.name_octets().size(); at++) {
        Entry entry = entry_for(response);
        entry.front[at] ^= 1;
        insert(entry, response);
        EXPECT_TRUE(misses(frame(query))) << at;
        entry.front[at] ^= 1;
        EXPECT_TRUE(answers(frame(query), insert(entry, response))) << at;
    }
}

TEST_F(Separation, ACollisionOfAnotherKindIsAMiss) {
    const auto misses_with = [&](auto change) {
        Entry entry = entry_for(www);
        change(entry.head);
        insert(entry, www);
        return misses(frame());
    };
    EXPECT_TRUE(misses_with([](fp_answer &head) { head.name_len = 16; }));
    EXPECT_TRUE(misses_with([](fp_answer &head) { head.qtype = type::aaaa; }));
    EXPECT_TRUE(misses_with([](fp_answer &head) { head.query_bits = FP_QUERY_DO; }));
    EXPECT_TRUE(misses_with([](fp_answer &head) { head.view = other_view; }));
}

// An index that no writer makes leads to a miss, not to a fault.
TEST_F(Separation, AWayThatLeadsNowhereIsAMiss) {
    add(www);
    const fp_key key = key_of_query(DnsQuery{});
    fp_bucket &bucket = loaded().maps.buckets()[key.hash[0] & (loaded().maps.buckets().size() - 1)];
    const uint32_t tag = fp_way_tag(&key);
    __u64 &way = *std::find_if(std::begin(bucket.way), std::end(bucket.way),
                               [&](__u64 candidate) { return static_cast<uint32_t>(candidate) == tag; });
    const __u64 published = way;
    const __u64 of_no_class = __u64{tag} | __u64{1} << 34;
    for (const __u64 broken : {of_no_class, fp_way_make(tag, FP_ANSWER_small, 0x3fffffff),
                               fp_way_make(tag, FP_ANSWER_large, FP_CHUNK_SLOTS_large), __u64{tag}}) {
        way = broken;
        EXPECT_TRUE(misses(frame())) << std::hex << broken;
    }
    way = published;
    EXPECT_TRUE(hits(frame()));
}

} // namespace
} // namespace fastpath::test
