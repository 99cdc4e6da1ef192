// SPDX-License-Identifier: Apache-2.0
// What is in the answer: every kind of response, every length of name, as many records as fit, against what ldns makes.
#include "corpus.h"
#include "fixture.h"
#include "harness/expected_answer.h"

#include <algorithm>

namespace fastpath::test {
namespace {

// Are its names longer than ldns writes them?
bool is_written_out(const Cached &cached) {
    const DnsQuery query = query_for(cached.response);
    ResponseText plain = cached.response;
    plain.opt.reset();
    return to_wire(plain).size() != FP_DNS_HEADER_LEN + query.question().size() + cached.head->body_len;
}

class Corpus : public VirtualTime, public ::testing::WithParamInterface<CorpusResponse> {
  protected:
    // Answered where it fits the client, truncated or passed where it does not.
    ::testing::AssertionResult is_served(const Packet &query, const Cached &cached) {
        const size_t limit = query.dns.edns ? 1232 : 512;
        if (!query.dns.edns && !cached.response.additional.empty()) {
            return passes(query, FP_OUT_pass_partial);
        }
        if (expected_answer(query.dns, cached.response, 0).size() <= limit) {
            return is_written_out(cached) ? answers_written_out(query, cached) : answers(query, cached);
        }
        ResponseText core = cached.response;
        core.additional.clear();
        return expected_answer(query.dns, core, 0).size() <= limit ? passes(query, FP_OUT_pass_partial)
                                                                   : truncates(query, cached);
    }
};

TEST_P(Corpus, IsGivenFromItsFirstSecondToItsLast) {
    const Cached &cached = add(GetParam().text);
    const uint32_t lifetime = cached.head->lifetime;
    Packet query = frame(query_for(cached.response));
    Packet query_v6 = frame(Vlan{}, Ipv6{}, query.dns);
    EXPECT_TRUE(is_served(query, cached));
    advance(1);
    EXPECT_TRUE(is_served(query_v6, cached));
    if (cached.response.opt && cached.response.opt->flags == 0) {
        query.dns.edns.reset();
        EXPECT_TRUE(is_served(query, cached));
    }
    advance(lifetime - 2);
    EXPECT_TRUE(is_served(query, cached));
    EXPECT_TRUE(is_served(query_v6, cached));
    advance(1);
    EXPECT_TRUE(misses(query));
    EXPECT_TRUE(misses(query_v6));
}

INSTANTIATE_TEST_SUITE_P(Responses, Corpus, ::testing::ValuesIn(cacheable_corpus()),
                         [](const auto &test) { return test.param.name; });

class Content : public VirtualTime {};

// A name of `length` octets on the wire; 2 is the one length that no name has.
std::string name_of_length(size_t length) {
    std::string name;
    for (size_t left = length - 1; left > 0;) {
        size_t label = std::min<size_t>(left - 1, 63);
        label -= left - 1 - label == 1 ? 1 : 0; // nothing is left for a label of one octet less its length
        name += std::string(label, static_cast<char>('a' + left % 26)) + ".";
        left -= label + 1;
    }
    return name.empty() ? "." : name;
}

TEST_F(Content, NamesOfEveryLength) {
    for (size_t length = 1; length <= FP_DNS_NAME_MAX; length++) {
        if (length == 2) {
            continue;
        }
        const std::string name = name_of_length(length);
        const DnsQuery query = {.name = name, .edns = Edns{}};
        ASSERT_EQ(query.name_octets().size(), length);
        const Cached &cached = add({.question = name + " IN A", .answer = {name + " 300 IN A 192.0.2.1"}});
        ASSERT_TRUE(answers(frame(query), cached)) << length;
        ASSERT_TRUE(answers(frame(Vlan{}, Vlan{}, Ipv6{}, query), cached)) << length;
    }
}

// Any octet may stand in a name; only A to Z have a lower case (RFC 4343 3).
TEST_F(Content, NamesOfEveryOctet) {
    for (int octet = 0; octet < 256; octet++) {
        std::string escaped(5, '\0');
        escaped.resize(static_cast<size_t>(std::snprintf(escaped.data(), escaped.size(), "\\%03d", octet)));
        const std::string name = "a" + escaped + ".example.";
        const Cached &cached = add({.question = name + " IN A", .answer = {name + " 300 IN A 192.0.2.1"}});
        ASSERT_TRUE(answers(frame(DnsQuery{.name = name}), cached)) << octet;
        const bool is_letter = (octet >= 'A' && octet <= 'Z') || (octet >= 'a' && octet <= 'z');
        const Packet other_case = frame(DnsQuery{.raw_name = [&] {
            Octets wire = DnsQuery{.name = name}.name_octets();
            wire[2] ^= 0x20;
            return wire;
        }()});
        if (is_letter) {
            ASSERT_TRUE(answers(other_case, cached)) << octet;
        } else {
            ASSERT_TRUE(misses(other_case)) << octet;
        }
        forget();
    }
}

TEST_F(Content, LabelsAreNotOnlyTheirOctets) {
    add({.question = "a.bc. IN A", .answer = {"a.bc. 300 IN A 192.0.2.1"}});
    EXPECT_TRUE(misses(frame(DnsQuery{.name = "ab.c."})));
    EXPECT_TRUE(misses(frame(DnsQuery{.name = "a\\.bc."})));
    EXPECT_TRUE(misses(frame(DnsQuery{.name = "bc."})));
}

// The most TTLs that an answer can have: records of eleven octets.
TEST_F(Content, AsManyRecordsAsFit) {
    for (const size_t count : {60U, 100U, 109U}) {
        ResponseText response = {.question = ". IN TYPE65281", .opt = OptText{}};
        response.answer.assign(count, ". 300 IN TYPE65281 \\# 0");
        const Cached &cached = add(response);
        advance(299);
        EXPECT_TRUE(answers(frame(DnsQuery{.name = ".", .qtype = 65281, .edns = Edns{}}), cached)) << count;
    }
}

TEST_F(Content, AsManyAddressesAsFit) {
    ResponseText response = {.opt = OptText{}};
    for (int i = 0; i < 74; i++) {
        response.answer.push_back("www.example.com. " + std::to_string(300 + i) + " IN A 192.0.2." + std::to_string(i));
    }
    const Cached &cached = add(response);
    advance(299);
    EXPECT_TRUE(answers(frame(DnsQuery{.edns = Edns{}}), cached));
    EXPECT_TRUE(truncates(frame(), cached));
}

// Ages of more than 16 bits, and TTLs at even and at odd offsets: both halves of a TTL change, in both kinds of checksum words.
TEST_F(Content, TtlsAtEvenAndAtOddOffsets) {
    ResponseText response = {.question = "www.example.com. IN TXT"};
    for (size_t octets = 1; octets < 12; octets++) {
        response.answer.push_back("www.example.com. 86400 IN TXT \"" + std::string(octets, 'x') + "\"");
    }
    const Cached &cached = add(response);
    for (const uint32_t seconds : {0U, 1U, 255U, 255U, 65024U, 1U, 1U, 20862U}) {
        advance(seconds); // to 65535, 65536, 65537 and to the last one
        EXPECT_TRUE(answers(frame(DnsQuery{.qtype = type::txt}), cached));
        EXPECT_TRUE(answers(frame(Ipv6{}, DnsQuery{.qtype = type::txt, .edns = Edns{}}), cached));
    }
    advance(1);
    EXPECT_TRUE(misses(frame(DnsQuery{.qtype = type::txt})));
}

} // namespace
} // namespace fastpath::test
