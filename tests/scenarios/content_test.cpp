// SPDX-License-Identifier: Apache-2.0
// What answers hold: every kind of response goes the whole way, from the resolver into the cache and out again, over its life.
#include "bpf/corpus.h"
#include "story.h"

#include "harness/expected_answer.h"

namespace fastpath::test {
namespace {

class WholeWay : public Story, public ::testing::WithParamInterface<CorpusResponse> {
  protected:
    // What `GetParam()` says as the answer to a client with this OPT.
    ResponseText response() const {
        ResponseText text = GetParam().text;
        if (!text.opt) {
            text.opt = OptText{};
        }
        return text;
    }
};

TEST_P(WholeWay, IsLearnedGivenAgedAndForgotten) {
    const ResponseText said = response();
    const DnsQuery query = query_for(said);
    client_learns(query, said);
    EXPECT_TRUE(client_asks(query).hits(said));
    time_passes(1);
    EXPECT_TRUE(client_asks(frame(Vlan{}, Ipv6{}, query)).hits(said, 1));
    time_passes(2 * 86400);
    EXPECT_TRUE(client_asks(query).misses());
    client_learns(query, said);
    EXPECT_TRUE(client_asks(query).hits(said));
}

INSTANTIATE_TEST_SUITE_P(Responses, WholeWay, ::testing::ValuesIn(cacheable_corpus()),
                         [](const auto &test) { return test.param.name; });

class Holds : public Story {
  protected:
    void is_given_as_it_was_learned(const DnsQuery &query, const ResponseText &response, uint32_t seconds) {
        client_learns(query, response);
        EXPECT_TRUE(client_asks(query).hits(response));
        EXPECT_TRUE(client_asks(frame(Ipv6{}, query)).hits(response));
        time_passes(seconds - 1);
        EXPECT_TRUE(client_asks(query).hits(response, seconds - 1));
        time_passes(1);
        EXPECT_TRUE(client_asks(query).misses());
    }
};

const std::string signature = " 13 3 300 20300101000000 20200101000000 12345 example.com. "
                              "c2lnbmF0dXJlIG9mIHNpeHR5LWZvdXIgb2N0ZXRzLCBhcyBFQ0RTQSBQLTI1NiBnaXZlcyBpdCwgbm90IGE=";

// RFC 1034 3.6.2, 4.3.2: the order of the chain is its meaning; it stays.
TEST_F(Holds, AChainOfCnames) {
    is_given_as_it_was_learned(
        {.edns = Edns{}},
        {.answer = {"www.example.com. 300 IN CNAME a.example.com.", "a.example.com. 200 IN CNAME b.example.net.",
                    "b.example.net. 100 IN CNAME c.example.org.", "c.example.org. 20 IN A 192.0.2.7"}},
        20);
}

// RFC 6672 3.1: DNAME, the CNAME made from it, and what that leads to.
TEST_F(Holds, AChainWithADname) {
    is_given_as_it_was_learned({.name = "www.old.example.com.", .qtype = type::aaaa, .edns = Edns{}},
                               {.answer = {"old.example.com. 600 IN DNAME new.example.com.",
                                           "www.old.example.com. 600 IN CNAME www.new.example.com.",
                                           "www.new.example.com. 60 IN AAAA 2001:db8::2"}},
                               60);
}

// RFC 4035 3.1.1: signatures stand beside their records, along a chain too.
TEST_F(Holds, ASignedChain) {
    is_given_as_it_was_learned(
        {.edns = Edns{.flags = FP_EDNS_DO}},
        {.flags = FP_DNS_QR | FP_DNS_RD | FP_DNS_RA | FP_DNS_AD,
         .answer = {"www.example.com. 300 IN CNAME web.example.com.", "www.example.com. 300 IN RRSIG CNAME" + signature,
                    "web.example.com. 60 IN A 192.0.2.7", "web.example.com. 60 IN RRSIG A" + signature}},
        60);
}

// RFC 1035 4.1: as many records as a message of 1,232 octets has room for.
TEST_F(Holds, SixtyRecordsAndMore) {
    for (const size_t count : {60U, 74U}) {
        ResponseText response;
        for (size_t i = 0; i < count; i++) {
            response.answer.push_back("www.example.com. 300 IN A 192.0.2." + std::to_string(i));
        }
        is_given_as_it_was_learned({.edns = Edns{}}, response, 300);
    }
    ResponseText least = {};
    least.answer.assign(109, ". 300 IN TYPE65281 \\# 0");
    is_given_as_it_was_learned({.name = ".", .qtype = 65281, .edns = Edns{}}, least, 300);
}

// RFC 9460 2: SVCB and HTTPS, whose target names are not compressed.
TEST_F(Holds, SvcbAndHttps) {
    constexpr uint16_t svcb = 64, https = 65;
    is_given_as_it_was_learned(
        {.name = "_dns.example.com.", .qtype = svcb, .edns = Edns{}},
        {.answer =
             {"_dns.example.com. 300 IN TYPE64 \\# 26 0001 03646e73076578616d706c6503636f6d00 0001 0003 02 6832"}},
        300);
    is_given_as_it_was_learned({.qtype = https, .edns = Edns{}},
                               {.answer = {"www.example.com. 300 IN TYPE65 \\# 10 0001 00 0001 0003 02 6832"}}, 300);
}

// RFC 3597 3: data of a type that nobody knows is octets; what looks like a name in it is none.
TEST_F(Holds, UnknownTypes) {
    is_given_as_it_was_learned({.qtype = 65280, .edns = Edns{}},
                               {.answer = {"www.example.com. 300 IN TYPE65280 \\# 5 c00cc00cff"}}, 300);
}

// RFC 1035 2.3.4: 255 octets, whose case is the client's.
TEST_F(Holds, NamesOf255Octets) {
    const std::string label(63, 'a');
    const std::string name = label + "." + label + "." + label + "." + std::string(61, 'a') + ".";
    const ResponseText response = {.answer = {name + " 300 IN A 192.0.2.1"}};
    client_learns({.name = name, .edns = Edns{}}, response);
    EXPECT_TRUE(client_asks({.name = name}).hits(response));
    std::string other_case = name;
    std::transform(name.begin(), name.end(), other_case.begin(), [](char c) { return c == 'a' ? 'A' : c; });
    EXPECT_TRUE(client_asks({.name = other_case, .edns = Edns{}}).hits(response));
}

// RFC 1035 3.1: as many labels as 255 octets have room for.
TEST_F(Holds, NamesOf127Labels) {
    std::string name;
    for (int i = 0; i < 127; i++) {
        name += "x.";
    }
    is_given_as_it_was_learned({.name = name, .edns = Edns{}}, {.answer = {name + " 300 IN A 192.0.2.1"}}, 300);
}

// RFC 2181 11: any octet may stand in a label; RFC 4343 3: only letters have a case.
TEST_F(Holds, BinaryLabels) {
    const std::string name = "\\000\\255\\.\\\\\\193.Example.com.";
    is_given_as_it_was_learned({.name = name, .edns = Edns{}}, {.answer = {name + " 300 IN A 192.0.2.1"}}, 300);
    client_learns({.name = name}, {.answer = {name + " 300 IN A 192.0.2.1"}});
    EXPECT_TRUE(client_asks({.name = "\\000\\255\\.\\\\\\225.Example.com."}).misses())
        << "193 is no letter, so 225 is not its case";
}

// RFC 1035 3.1: the shortest name.
TEST_F(Holds, TheRoot) {
    is_given_as_it_was_learned({.name = ".", .qtype = type::ns, .edns = Edns{}},
                               {.answer = {". 518400 IN NS a.root-servers.net."}}, 86400);
}

} // namespace
} // namespace fastpath::test
