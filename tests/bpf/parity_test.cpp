// SPDX-License-Identifier: Apache-2.0
// What BPF and C++ both compute has to come out the same: the key, the aged body and its sum. One table of inputs for both.
#include "cache/age.h"
#include "cache/front.h"
#include "corpus.h"
#include "fixture.h"
#include "open_queries.h"
#include "random_name.h"

#include <algorithm>
#include <random>
#include <set>

namespace fastpath::test {
namespace {

class Parity : public FastPath {
  protected:
    // The key that BPF wrote down for a query that it passed on; it was a miss.
    std::optional<fp_open_query> written_down(const Packet &query) {
        forget_open_queries();
        EXPECT_TRUE(misses(query));
        return find_open_query(query);
    }

    ::testing::AssertionResult agrees(const DnsQuery &query, uint16_t view = default_view) {
        const Packet packet = view == default_view ? frame(query) : frame(Ipv4{.dst = other_server_ipv4}, query);
        const auto open = written_down(packet);
        if (!open) {
            return ::testing::AssertionFailure() << "not written down: " << to_hex(query.question());
        }
        const fp_key key = key_of_query(query, view);
        keys_.emplace(key.hash[0], key.hash[1]);
        if (open->key.hash[0] != key.hash[0] || open->key.hash[1] != key.hash[1]) {
            return ::testing::AssertionFailure() << "keys differ for " << to_hex(query.question());
        }
        return ::testing::AssertionSuccess();
    }

    std::set<std::pair<uint64_t, uint64_t>> keys_; // so that a hash that is constant cannot pass
};

TEST_F(Parity, KeysOfNamesOfEveryLength) {
    std::mt19937 random(1);
    for (size_t length = 1; length <= FP_DNS_NAME_MAX; length++) {
        if (length == 2) { // no name has it
            continue;
        }
        ASSERT_TRUE(agrees({.raw_name = random_name(random, length)})) << length;
    }
    EXPECT_EQ(keys_.size(), FP_DNS_NAME_MAX - 1);
}

TEST_F(Parity, KeysOfTypesBitsAndViews) {
    for (const uint16_t view : {default_view, other_view}) {
        for (const int qtype : {1, 15, 28, 65, 127, 256, 257, 32768, 65535}) {
            for (const uint16_t flags :
                 std::initializer_list<uint16_t>{0, FP_DNS_CD, FP_DNS_AD, FP_DNS_CD | FP_DNS_AD}) {
                DnsQuery query = {.flags = static_cast<uint16_t>(FP_DNS_RD | flags),
                                  .qtype = static_cast<uint16_t>(qtype)};
                ASSERT_TRUE(agrees(query, view));
                query.edns = Edns{.flags = FP_EDNS_DO};
                ASSERT_TRUE(agrees(query, view));
            }
        }
    }
    EXPECT_EQ(keys_.size(), 2U * 9 * 8);
}

TEST_F(Parity, KeysOfRandomNames) {
    std::mt19937 random(20240101);
    constexpr size_t count = 1000;
    for (size_t i = 0; i < count; i++) {
        const Octets name = random_name(random, 12 + random() % 244);
        ASSERT_TRUE(agrees({.raw_name = name, .qtype = static_cast<uint16_t>(256 + random() % 65000)})) << i;
    }
    EXPECT_EQ(keys_.size(), count);
}

TEST_F(Parity, AMissIsWrittenDownAsItWasAsked) {
    const DnsQuery query = {
        .id = 0xabcd, .flags = FP_DNS_RD | FP_DNS_AD, .edns = Edns{.udp_size = 1000, .flags = FP_EDNS_DO}};
    for (const Packet &packet : {frame(Udp{.src = 12345}, query), frame(Ipv6{}, Udp{.src = 12345}, query)}) {
        const auto open = written_down(packet);
        ASSERT_TRUE(open);
        EXPECT_EQ(open->limit, 1000);
        EXPECT_EQ(open->view, default_view);
        EXPECT_EQ(open->query_bits, FP_QUERY_AD | FP_QUERY_DO);
        EXPECT_EQ(count_open_queries(), 1U);
    }
}

TEST_F(Parity, OnlyAMissIsWrittenDown) {
    add({.answer = {"www.example.com. 300 IN A 192.0.2.1"}});
    for (const Packet &packet : {frame(), frame(DnsQuery{.flags = 0}), frame(Ipv4{.src = denied_ipv4}), frame(Tcp{})}) {
        (void)run(packet.octets());
        EXPECT_EQ(count_open_queries(), 0U);
    }
}

class AgeParity : public VirtualTime, public ::testing::WithParamInterface<CorpusResponse> {
  protected:
    // The records of the answer that the program gives now, without its OPT.
    Octets given_body(const fp_answer &head, uint16_t qtype, const Octets &name) {
        DnsQuery query = {.raw_name = name, .qtype = qtype};
        query.flags |= head.query_bits & FP_QUERY_CD ? FP_DNS_CD : 0;
        query.edns = Edns{.flags = static_cast<uint16_t>(head.query_bits & FP_QUERY_DO ? FP_EDNS_DO : 0)};
        const Packet packet = frame(query);
        const Octets reply = run(packet.octets()).packet;
        const size_t body_at = frame(Octets{}).octets().size() + FP_DNS_HEADER_LEN + query.question().size();
        return {reply.begin() + static_cast<ptrdiff_t>(body_at),
                reply.begin() + static_cast<ptrdiff_t>(body_at + head.body_len)};
    }
};

// One's complement has two zeros, which are equal.
bool same_sum(uint16_t a, uint16_t b) {
    return a % 0xffff == b % 0xffff;
}

TEST_P(AgeParity, BodyAndSum) {
    const Entry entry = entry_for(GetParam().text);
    const Cached &cached = insert(entry, GetParam().text);
    const Octets name(entry.front.begin(), entry.front.begin() + entry.head.name_len);
    const std::vector<uint16_t> ttl_offsets = ttl_offsets_of(entry.head, entry.front);

    for (const uint32_t age : {0U, 1U, entry.head.lifetime / 2, entry.head.lifetime - 1}) {
        set_clock(cached.head->born + age * FP_NSEC_PER_SEC);
        Octets expected = entry.body;
        age_body(expected, ttl_offsets, age);
        const Octets given = given_body(entry.head, entry.head.qtype, name);
        EXPECT_EQ(to_hex(given), to_hex(expected)) << age;
        EXPECT_TRUE(same_sum(aged_sum(sums_of(entry.head), ttl_count(entry.head), age), ones_complement_sum(given)))
            << age;
    }
}

INSTANTIATE_TEST_SUITE_P(Responses, AgeParity, ::testing::ValuesIn(cacheable_corpus()),
                         [](const auto &test) { return test.param.name; });

} // namespace
} // namespace fastpath::test
