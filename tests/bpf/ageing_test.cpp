// SPDX-License-Identifier: Apache-2.0
// One answer over its life, in virtual time.
#include "fixture.h"

namespace fastpath::test {
namespace {

constexpr uint64_t second = FP_NSEC_PER_SEC;

const ResponseText www = {.answer = {"www.example.com. 300 IN A 192.0.2.1", "www.example.com. 300 IN A 192.0.2.2"}};

class Ageing : public VirtualTime {};

TEST_F(Ageing, TtlsGoDownOnceASecond) {
    const Cached &cached = add(www);
    EXPECT_TRUE(answers(frame(), cached)); // 300
    advance_ns(second - 1);
    EXPECT_TRUE(answers(frame(), cached)); // still
    advance_ns(1);
    EXPECT_TRUE(answers(frame(), cached)); // 299
    advance(99);
    EXPECT_TRUE(answers(frame(), cached)); // 200
}

TEST_F(Ageing, EndsToTheNanosecond) {
    const Cached &cached = add(www);
    advance_ns(300 * second - 1);
    EXPECT_TRUE(answers(frame(), cached)); // with a TTL of 1
    advance_ns(1);
    EXPECT_TRUE(misses(frame()));
    advance(100'000);
    EXPECT_TRUE(misses(frame()));
}

TEST_F(Ageing, ALifetimeOfOneSecond) {
    const Cached &cached = add({.answer = {"www.example.com. 1 IN A 192.0.2.1"}});
    EXPECT_TRUE(answers(frame(), cached));
    advance(1);
    EXPECT_TRUE(misses(frame()));
}

// The lowest TTL of any section ends the whole message (RFC 2181 5.2); the others go on going down until then.
TEST_F(Ageing, EndsWithTheLowestTtl) {
    const Packet query = frame(DnsQuery{.edns = Edns{}});
    const Cached &cached = add({.answer = {"www.example.com. 300 IN A 192.0.2.1"},
                                .authority = {"example.com. 86400 IN NS ns1.example.com."},
                                .additional = {"ns1.example.com. 20 IN A 192.0.2.53"}});
    advance(19);
    EXPECT_TRUE(answers(query, cached));
    advance(1);
    EXPECT_TRUE(misses(query));
}

// RFC 2308 5: as long as the MINIMUM of the SOA says, whose own TTL is aged like any other.
TEST_F(Ageing, ANegativeAnswerEndsWithTheSoaMinimum) {
    const Cached &cached =
        add({.flags = FP_DNS_QR | FP_DNS_RD | FP_DNS_RA | FP_RCODE_NXDOMAIN,
             .authority = {"example.com. 900 IN SOA ns1.example.com. host.example.com. 1 7200 3600 86400 60"}});
    advance(59);
    EXPECT_TRUE(answers(frame(), cached));
    advance(1);
    EXPECT_TRUE(misses(frame()));
}

TEST_F(Ageing, AFailureEndsAfterItsTime) {
    const Cached &cached = add({.flags = FP_DNS_QR | FP_DNS_RD | FP_DNS_RA | FP_RCODE_SERVFAIL});
    advance(4);
    EXPECT_TRUE(answers(frame(), cached));
    advance(1);
    EXPECT_TRUE(misses(frame()));
}

// The coarse clock may lie behind the moment at which the answer was learned.
TEST_F(Ageing, AnAnswerFromTheFutureIsNew) {
    const Cached &cached = add(www);
    cached.head->born += second / 2;
    EXPECT_TRUE(misses(frame(DnsQuery{.name = "other.example.com."})));
    set_clock(cached.head->born - 1);
    const Effect effect = run(frame().octets());
    EXPECT_EQ(effect.outcome(), FP_OUT_hit);
    set_clock(cached.head->born);
    EXPECT_EQ(run(frame().octets()).packet, effect.packet); // with all of its TTL, not more
}

// As one that a snapshot has brought over a reboot (userspace/snapshot).
TEST_F(Ageing, AnAnswerFromBeforeThisBootIsAsOldAsItIs) {
    const Cached &cached = add(www);
    cached.head->born = 0 - 100 * second;
    set_clock(5 * second);
    EXPECT_TRUE(answers(frame(), cached)); // 195
    advance(194);
    EXPECT_TRUE(answers(frame(), cached)); // 1
    advance(1);
    EXPECT_TRUE(misses(frame()));
}

TEST_F(Ageing, AFlushedAnswerIsNone) {
    const Cached &cached = add(www);
    EXPECT_TRUE(answers(frame(), cached));
    cached.head->lifetime = 0;
    EXPECT_TRUE(misses(frame()));
}

TEST_F(Ageing, ARemovedAnswerIsNone) {
    add(www);
    forget();
    EXPECT_TRUE(misses(frame()));
}

TEST_F(Ageing, ANewAnswerTakesThePlaceOfTheOld) {
    add(www);
    advance(299);
    const Cached &renewed = add({.answer = {"www.example.com. 60 IN A 192.0.2.3"}});
    EXPECT_TRUE(answers(frame(), renewed));
}

// What eviction goes by: written once a second, by answers with TC=1 too.
TEST_F(Ageing, AnAnswerSaysWhenItWasLastUsed) {
    const Cached &cached = add(www);
    advance(7);
    EXPECT_TRUE(answers(frame(), cached));
    EXPECT_EQ(cached.head->last_used, 7U);
    advance(100);
    EXPECT_TRUE(answers(frame(), cached));
    EXPECT_EQ(cached.head->last_used, 107U);
    advance(1);
    EXPECT_TRUE(misses(frame(DnsQuery{.qtype = type::aaaa})));
    EXPECT_EQ(cached.head->last_used, 107U);

    const Cached &large =
        add({.question = "www.example.com. IN TXT",
             .answer = std::vector<std::string>(4, "www.example.com. 300 IN TXT " + std::string(200, 'x'))});
    advance(9);
    EXPECT_TRUE(truncates(frame(DnsQuery{.qtype = type::txt}), large));
    EXPECT_EQ(large.head->last_used, 9U);
}

} // namespace
} // namespace fastpath::test
