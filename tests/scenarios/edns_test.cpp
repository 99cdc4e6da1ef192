// SPDX-License-Identifier: Apache-2.0
// EDNS: options that do not mix, sizes, and an OPT that each client gets for itself.
#include "story.h"

#include <algorithm>

namespace fastpath::test {
namespace {

constexpr uint16_t ok = FP_DNS_QR | FP_DNS_RD | FP_DNS_RA;
constexpr uint16_t nsid = 3, client_subnet = 8, keepalive = 11, padding = 12, extended_error = 15, unassigned = 65001;

const DnsQuery plain_query = {};
const DnsQuery edns_query = {.edns = Edns{}};
const ResponseText www = {.answer = {"www.example.com. 300 IN A 192.0.2.1"}};

// 198.18.0.0/24; `scope` is what a server says of the clients that its answer is for (RFC 7871 6).
Octets subnet_option(uint8_t scope) {
    return edns_option(client_subnet, {0, 1, 24, scope, 198, 18, 0});
}

DnsQuery query_with_size(uint16_t size) {
    return {.qtype = type::txt, .edns = Edns{.udp_size = size}};
}

// About `octets` of records.
ResponseText txt(size_t octets) {
    ResponseText response;
    for (size_t i = 0; i < octets / 100; i++) {
        response.answer.push_back("www.example.com. 300 IN TXT \"" + std::to_string(100 + i) + std::string(84, 'x') +
                                  "\"");
    }
    return response;
}

class EdnsStory : public Story {};

// RFC 6891 7: a server that does not know EDNS answers without OPT; so must hits, and so they are left to it.
TEST_F(EdnsStory, AResolverWithoutEdnsIsNotSpokenFor) {
    client_asks(edns_query);
    Octets message = message_of(www);
    message.resize(message.size() - FP_DNS_OPT_LEN);
    message[11] = 0; // ARCOUNT
    EXPECT_TRUE(resolver_sends(message).is_not_kept(FillReject::opt_mismatch));

    client_asks(plain_query);
    EXPECT_TRUE(resolver_answers({.answer = www.answer, .opt = OptText{}}).is_not_kept(FillReject::opt_mismatch));
}

// RFC 6891 6.1.1: an OPT in the answer if and only if in the query. RFC 6891 6.2.1: never cached, so that it is ours. RFC 8906 6:
// size and presence of an OPT matter, so what differs by them is built for each client.
TEST_F(EdnsStory, OptIsBuiltForEachClient) {
    EXPECT_TRUE(client_asks(edns_query).misses());
    EXPECT_TRUE(resolver_answers({.answer = www.answer, .opt = OptText{.udp_size = 4096, .flags = 0x0001}}).is_kept());
    EXPECT_TRUE(client_asks(edns_query).hits(www));
    EXPECT_TRUE(client_asks(plain_query).hits(www));
    EXPECT_TRUE(client_asks(query_with_size(1232)).misses());
    EXPECT_TRUE(client_asks({.edns = Edns{.udp_size = 512}}).hits(www));
}

// RFC 6891 6.1.4: flags that nobody has defined are ignored and not echoed; the answer is as for a query without them.
TEST_F(EdnsStory, UnknownFlagsAreIgnoredAndNotEchoed) {
    EXPECT_TRUE(client_asks({.edns = Edns{.flags = 0x4000}}).misses());
    EXPECT_TRUE(resolver_answers(www).is_kept());
    for (const uint16_t flags : std::initializer_list<uint16_t>{0x0000, 0x0001, 0x4000, 0x7fff}) {
        EXPECT_TRUE(client_asks({.edns = Edns{.flags = flags}}).hits(www));
    }
}

// RFC 6891 6.2.3: below 512 counts as 512. RFC 2181 9, 6891 7: what does not fit has TC=1, the OPT and no records.
TEST_F(EdnsStory, SizesBelow512CountAs512) {
    const ResponseText small = txt(400);
    client_learns(query_with_size(1232), small);
    for (const uint16_t size : std::initializer_list<uint16_t>{0, 1, 511, 512}) {
        EXPECT_TRUE(client_asks(query_with_size(size)).hits(small)) << size;
    }
    time_passes(300);
    const ResponseText large = txt(600);
    client_learns(query_with_size(1232), large);
    for (const uint16_t size : std::initializer_list<uint16_t>{0, 1, 511, 512}) {
        EXPECT_TRUE(client_asks(query_with_size(size)).is_truncated(large)) << size;
    }
}

// RFC 2181 9, RFC 6891 7, RFC 1035 4.2.1: a client that takes less is told so, with TC=1, and one that takes enough is not.
TEST_F(EdnsStory, ASmallerClientIsTruncatedALargerOneIsNot) {
    const ResponseText large = txt(900);
    client_learns(query_with_size(1232), large);
    EXPECT_TRUE(client_asks({.qtype = type::txt}).is_truncated(large)) << "512 without OPT";
    EXPECT_TRUE(client_asks(query_with_size(700)).is_truncated(large)) << "with OPT (RFC 6891 7)";
    EXPECT_TRUE(client_asks(frame(Ipv6{}, query_with_size(700))).is_truncated(large));
    EXPECT_TRUE(client_asks(query_with_size(1232)).hits(large));
    EXPECT_TRUE(client_asks(query_with_size(4096)).hits(large)) << "our own limit is 1,232";
    EXPECT_EQ(queries_at_the_resolver(), 1U);
}

// A resolver with less room may have left records out without a sign (RFC 2181 9): its answer is not for larger clients.
TEST_F(EdnsStory, WhatASmallClientGotIsNotForALargerOne) {
    client_learns(query_with_size(600), txt(300));
    EXPECT_TRUE(client_asks(query_with_size(512)).hits(txt(300)));
    EXPECT_TRUE(client_asks(query_with_size(601)).misses());
    EXPECT_TRUE(resolver_answers(txt(300)).is_kept());
    EXPECT_TRUE(client_asks(query_with_size(601)).hits(txt(300)));
}

// RFC 6891 6.1.2, RFC 7871 7.2, RFC 5001 2.1, RFC 8906 3.2.3: the resolver knows what an option asks for; it gets the query as it is.
TEST_F(EdnsStory, QueriesWithOptionsAreTheResolvers) {
    client_learns(edns_query, www);
    for (const uint16_t code : {nsid, client_subnet, keepalive, padding, extended_error, unassigned}) {
        const DnsQuery query = {.edns = Edns{.options = edns_option(code, {0, 1, 24, 0, 198, 18, 0})}};
        EXPECT_TRUE(client_asks(query).passes(FP_OUT_pass_edns_option)) << code;
        EXPECT_TRUE(
            resolver_answers({.answer = {"www.example.com. 300 IN A 192.0.2.66"}}).is_not_kept(FP_LEARN_unasked));
    }
    EXPECT_TRUE(client_asks(edns_query).hits(www)) << "theirs are not everyone's";
}

// RFC 7871 7.3: an answer with a scope is for the clients of a network; nor is one with scope 0 ours to give out, whose
// option a client without one must not see.
TEST_F(EdnsStory, AnswersForSomeNetworksAreNotKept) {
    for (const uint8_t scope : std::initializer_list<uint8_t>{24, 32, 1, 0}) {
        EXPECT_TRUE(client_asks(edns_query).misses());
        EXPECT_TRUE(resolver_answers({.answer = www.answer, .opt = OptText{.options = subnet_option(scope)}})
                        .is_not_kept(FillReject::ecs));
    }
}

// RFC 7873 5.3, 9018: a cookie in an answer is one client's. The query had none, or one that we ignore.
TEST_F(EdnsStory, CookiesOfTheResolverAreNotKept) {
    const DnsQuery with_cookie = {.edns = Edns{.options = edns_option(FP_EDNS_OPTION_COOKIE, Octets(8, 0xc0))}};
    EXPECT_TRUE(client_asks(with_cookie).misses());
    const Octets cookie = edns_option(FP_EDNS_OPTION_COOKIE, Octets(24, 0xc0));
    EXPECT_TRUE(
        resolver_answers({.answer = www.answer, .opt = OptText{.options = cookie}}).is_not_kept(FillReject::cookie));
    EXPECT_TRUE(client_asks(edns_query).misses());
}

// RFC 7873 5.2.2: a server without cookies ignores them, on a miss (that is the resolver's doing) and on a hit.
TEST_F(EdnsStory, CookiesOfClientsMakeNoDifference) {
    const auto with_cookie = [](size_t length, uint8_t octet) {
        return DnsQuery{.edns = Edns{.options = edns_option(FP_EDNS_OPTION_COOKIE, Octets(length, octet))}};
    };
    client_learns(with_cookie(8, 0xc0), www);
    EXPECT_TRUE(client_asks(with_cookie(8, 0xc0)).hits(www));
    EXPECT_TRUE(client_asks(with_cookie(24, 0x11)).hits(www));
    EXPECT_TRUE(client_asks(edns_query).hits(www));
    EXPECT_TRUE(client_asks(with_cookie(9, 0xc0)).passes(FP_OUT_pass_edns_option))
        << "malformed: RFC 7873 5.2.2, FORMERR";
}

// RFC 7873 5.3: with a resolver that sends cookies each query with one is its own, also where the answer is here.
TEST_F(EdnsStory, CookiesArePassedWhereTheOperatorSaysSo) {
    fp_settings pass_cookies = default_settings();
    pass_cookies.ignore_cookies = 0;
    operator_sets(pass_cookies);
    client_learns(edns_query, www);
    const DnsQuery query = {.edns = Edns{.options = edns_option(FP_EDNS_OPTION_COOKIE, Octets(8, 0xc0))}};
    EXPECT_TRUE(client_asks(query).passes(FP_OUT_pass_edns_option));
    EXPECT_TRUE(client_asks(edns_query).hits(www));
}

// RFC 6891 6.1.3: BADVERS is the resolver's to say, with the highest version that it has.
TEST_F(EdnsStory, OtherVersionsAreTheResolvers) {
    client_learns(edns_query, www);
    for (const uint8_t version : std::initializer_list<uint8_t>{1, 2, 255}) {
        EXPECT_TRUE(client_asks({.edns = Edns{.version = version}}).passes(FP_OUT_pass_edns_version));
    }
    EXPECT_TRUE(client_asks({.edns = Edns{.flags = 0x7fff, .version = 1}}).passes(FP_OUT_pass_edns_version));
}

// RFC 6891 6.1.1: two OPTs are FORMERR, and the resolver says so.
TEST_F(EdnsStory, TwoOptsAreTheResolvers) {
    client_learns(edns_query, www);
    EXPECT_TRUE(client_asks({.edns = Edns{}, .tail = Edns{}.octets(), .arcount = 2}).passes(FP_OUT_pass_counts));
}

// RFC 8914 3: an extended error stands in the OPT, which is not kept; nor is then the answer that it explains.
TEST_F(EdnsStory, AnswersWithAnExtendedErrorAreNotKept) {
    const Octets stale = edns_option(extended_error, {0, 3});
    EXPECT_TRUE(client_asks(edns_query).misses());
    EXPECT_TRUE(resolver_answers({.flags = ok | FP_RCODE_SERVFAIL, .opt = OptText{.options = stale}})
                    .is_not_kept(FillReject::edns_option));
    EXPECT_TRUE(client_asks(edns_query).misses());
}

// RFC 6891 6.1.1: an OPT may stand anywhere in the additional section. The records behind it move up, and the names in them
// that point to other names behind it go on pointing there.
TEST_F(EdnsStory, AnOptThatIsNotLastIsTakenOutFromAmongTheOthers) {
    const DnsQuery query = {.name = "example.com.", .qtype = type::ns, .edns = Edns{}};
    ResponseText servers = {
        .answer = {"example.com. 3600 IN NS ns1.example.com.", "example.com. 3600 IN NS ns.far.example.org."},
        .additional = {"ns1.example.com. 300 IN A 192.0.2.53", "ns.far.example.org. 300 IN A 192.0.2.54",
                       "more.example.edu. 300 IN A 192.0.2.55",
                       "deep.more.example.edu. 300 IN MX 5 more.example.edu."}};
    for (size_t behind = 0; behind <= servers.additional.size(); behind++) {
        servers.opt = OptText{.records_behind = behind};
        client_learns(query, servers);
        EXPECT_TRUE(client_asks(query).hits(servers)) << behind;
        time_passes(299);
        EXPECT_TRUE(client_asks(query).hits(servers, 299)) << behind;
        time_passes(1);
    }
}

} // namespace
} // namespace fastpath::test
