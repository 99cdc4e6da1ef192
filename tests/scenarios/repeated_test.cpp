// SPDX-License-Identifier: Apache-2.0
// One question again and again: the resolver hears it once, and each client gets the answer as its own.
#include "story.h"

namespace fastpath::test {
namespace {

const DnsQuery www_query = {};
const ResponseText www = {.answer = {"www.example.com. 300 IN A 192.0.2.1"}};

class Repeated : public Story {};

TEST_F(Repeated, QueriesReachTheResolverOnce) {
    EXPECT_TRUE(client_asks(www_query).misses());
    EXPECT_TRUE(resolver_answers(www).is_kept());
    for (uint16_t client = 0; client < 10; client++) {
        const Ipv4 address = {.src = "198.18.0." + std::to_string(10 + client)};
        EXPECT_TRUE(client_asks(frame(address, Udp{.src = static_cast<uint16_t>(50000 + client)})).hits(www));
    }
    EXPECT_EQ(queries_at_the_resolver(), 1U);
}

// RFC 8906 6: a whole answer serves every query that it is the answer to, and how that query came is no part of it.
TEST_F(Repeated, WhatOneClientAskedForIsEveryonesOverIpv4AndIpv6) {
    client_learns({.edns = Edns{}}, www);
    EXPECT_TRUE(client_asks(frame(Ipv6{})).hits(www));
    EXPECT_TRUE(client_asks(frame(Vlan{}, Ipv6{}, DnsQuery{.edns = Edns{}})).hits(www));
    EXPECT_TRUE(client_asks(frame(Ipv4{.src = "198.19.1.1"}, Udp{.src = 1024})).hits(www));
    EXPECT_EQ(queries_at_the_resolver(), 1U);
}

// All of them are misses, and the second answer adds nothing to the first.
TEST_F(Repeated, QueriesBeforeTheFirstAnswerAllReachTheResolver) {
    const Packet first = frame(Ipv4{.src = "198.18.0.11"});
    const Packet second = frame(Ipv4{.src = "198.18.0.12"});
    EXPECT_TRUE(client_asks(first).misses());
    EXPECT_TRUE(resolver_answers(www).is_kept());
    EXPECT_TRUE(client_asks(second).hits(www));

    time_passes(300);
    EXPECT_TRUE(client_asks(first).misses());
    EXPECT_TRUE(client_asks(second).misses());
    EXPECT_TRUE(resolver_answers(www).is_kept());
    EXPECT_TRUE(resolver_sends(message_of(www)).is_not_kept(FP_LEARN_unasked)) << "one query, one answer";
    EXPECT_TRUE(client_asks(first).hits(www));
    EXPECT_EQ(queries_at_the_resolver(), 3U);
}

// RFC 1035 2.3.3, RFC 4343 4.1: names are compared without case; the question comes back as this client wrote it (0x20).
TEST_F(Repeated, AnotherCaseHitsAndGetsItsOwnBack) {
    client_learns({.name = "www.example.com."}, www);
    for (const char *name : {"WWW.EXAMPLE.COM.", "wWw.ExAmPlE.cOm.", "www.example.COM."}) {
        EXPECT_TRUE(client_asks({.name = name}).hits(www)) << name;
    }
    EXPECT_EQ(queries_at_the_resolver(), 1U);
}

// RFC 4343 4.1: it is the first client's case that the resolver gives back, and nobody else is to see it.
TEST_F(Repeated, TheFirstClientsCaseIsNotKept) {
    client_learns({.name = "WwW.eXaMpLe.CoM."}, www);
    EXPECT_TRUE(client_asks({.name = "www.example.com."}).hits(www));
    EXPECT_TRUE(client_asks({.name = "WWW.example.com."}).hits(www));
}

// RFC 1035 4.1.1: id, opcode and RD are the query's, QR is 1, Z is 0, RA is the resolver's; RFC 4035 3.2.2: and so is CD.
TEST_F(Repeated, HeaderFieldsAreThoseOfTheirQuery) {
    const DnsQuery query = {.flags = FP_DNS_RD | FP_DNS_CD};
    client_learns(query, www);
    for (int i = 0; i < 3; i++) { // each with another id
        EXPECT_TRUE(client_asks(query).hits(www));
    }
}

// RFC 2181 4.1, 2181 4.2: the answer comes from the address and the port that were asked.
TEST_F(Repeated, AnswersComeFromWhereTheyWereAsked) {
    for (const Packet &query :
         {frame(Ipv4{}), frame(Ipv4{.dst = other_server_ipv4}), frame(Vlan{}, Ipv6{}, Udp{.src = 53})}) {
        if (client_asks(query).reaches_the_resolver()) {
            EXPECT_TRUE(resolver_answers(www).is_kept());
        }
        EXPECT_TRUE(client_asks(query).hits(www));
    }
}

// RFC 5452 9.1: what nobody asked for, or not any more, is not an answer.
TEST_F(Repeated, AnAnswerThatComesTwiceIsLearnedOnce) {
    client_learns(www_query, www);
    const ResponseText other = {.answer = {"www.example.com. 300 IN A 192.0.2.66"}};
    EXPECT_TRUE(resolver_answers(other).is_not_kept(FP_LEARN_unasked));
    EXPECT_TRUE(client_asks(www_query).hits(www));
}

} // namespace
} // namespace fastpath::test
