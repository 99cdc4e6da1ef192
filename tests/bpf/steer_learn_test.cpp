// SPDX-License-Identifier: Apache-2.0
// Which answers of upstreams go to the daemon on their way home, and what is said of them.
#include "harness/expected_answer.h"
#include "harness/program_run.h"
#include "learned_ring.h"
#include "steer_fixture.h"

#include <cstring>

namespace fastpath::test {
namespace {

using ::testing::AssertionFailure;
using ::testing::AssertionResult;
using ::testing::AssertionSuccess;

const ResponseText www = {.answer = {"www.example.com. 300 IN A 192.0.2.1"}};

class SteeredLearn : public Steering {
  protected:
    void SetUp() override {
        Steering::SetUp();
        upstream_ = world().add(upstream_ipv4);
        ring_.consume();
    }

    // It comes home, and counts as this for the learner.
    AssertionResult is_seen(const Packet &answer, const Steered &query, fp_learn_outcome outcome) {
        const fp_counters before = counters_now();
        if (AssertionResult home = comes_home(answer, query); !home) {
            return home;
        }
        const fp_counters counted = counters_now() - before;
        for (size_t i = 0; i < FP_LEARN_COUNT; i++) {
            if (learn_count(counted, static_cast<fp_learn_outcome>(i)) != (i == outcome ? 1U : 0U)) {
                return AssertionFailure() << "counter learn_" << learn_names[i].name << " is wrong";
            }
        }
        return AssertionSuccess();
    }

    // The message goes to the daemon as it is, with what the query said.
    AssertionResult is_learned(const Packet &answer, const Steered &query) {
        if (AssertionResult seen = is_seen(answer, query, FP_LEARN_sent); !seen) {
            return seen;
        }
        const std::vector<Learned> events = ring_.consume();
        const fp_flow &flow = query.flow.flow;
        const fp_learned expected = {.key = flow.key,
                                     .seen_ns = now_ns(),
                                     .len = static_cast<uint16_t>(answer.payload->size()),
                                     .limit = flow.limit,
                                     .view = flow.view,
                                     .query_bits = flow.query_bits,
                                     .pad = 0};
        if (events.size() != 1 || std::memcmp(&events[0].head, &expected, sizeof(expected)) != 0) {
            return AssertionFailure() << events.size() << " events, or one that is not about the query";
        }
        if (events[0].message != *answer.payload) {
            return AssertionFailure() << "the message is not that of the answer";
        }
        return AssertionSuccess();
    }

    AssertionResult is_not_learned(const Packet &answer, const Steered &query, fp_learn_outcome why) {
        const AssertionResult seen = is_seen(answer, query, why);
        return seen && !ring_.consume().empty() ? AssertionFailure() << "a copy was handed over" : seen;
    }

    Steered open(const DnsQuery &query = {}) { return sends(frame(query), upstream_); }

    Upstream upstream_;
    LearnedRing ring_;
};

TEST_F(SteeredLearn, WhatTheQuerySaidGoesAlong) {
    for (const DnsQuery &query : {DnsQuery{}, DnsQuery{.flags = FP_DNS_RD | FP_DNS_AD | FP_DNS_CD},
                                  DnsQuery{.edns = Edns{.udp_size = 4096, .flags = FP_EDNS_DO}},
                                  DnsQuery{.edns = Edns{.udp_size = 700}}, DnsQuery{.edns = Edns{.udp_size = 100}}}) {
        const Steered asked = open(query);
        EXPECT_TRUE(is_learned(answer_to(asked, www), asked));
    }
}

TEST_F(SteeredLearn, OverIpv6) {
    const Steered asked = sends(frame(Ipv6{}), world().add(upstream_ipv6));
    EXPECT_TRUE(is_learned(answer_to(asked, www), asked));
}

TEST_F(SteeredLearn, TheViewOfTheQuery) {
    EXPECT_TRUE(steers(frame(Ipv4{.dst = other_server_ipv4}), upstream_, other_view));
    EXPECT_TRUE(is_learned(answer_to(steered(), www), steered()));
}

// The whole way: asked, learned, cached as the daemon does it, and then a hit.
TEST_F(SteeredLearn, WhatWasLearnedAnswersTheNextQuery) {
    const Steered asked = open({.edns = Edns{}});
    ASSERT_TRUE(is_learned(answer_to(asked, www), asked));
    const Cached &cached = add(www, {.view = asked.flow.flow.view, .limit = asked.flow.flow.limit});
    EXPECT_EQ(cached.head->key.hash[0], asked.flow.flow.key.hash[0]);
    EXPECT_TRUE(answers(asked.query, cached));
}

TEST_F(SteeredLearn, EveryRcodeThatMayBeCached) {
    for (const int rcode : {FP_RCODE_NOERROR, FP_RCODE_SERVFAIL, FP_RCODE_NXDOMAIN}) {
        const Steered asked = open();
        const auto flags = static_cast<uint16_t>(FP_DNS_QR | FP_DNS_RA | rcode);
        EXPECT_TRUE(is_learned(answer_to(asked, {.flags = flags}), asked)) << rcode;
    }
}

TEST_F(SteeredLearn, NothingThatMayNotBeCached) {
    for (const int rcode : {1, 4, 5, 6, 7, 8, 9, 10, 11, 15}) {
        const Steered asked = open();
        const auto flags = static_cast<uint16_t>(FP_DNS_QR | FP_DNS_RA | rcode);
        EXPECT_TRUE(is_not_learned(answer_to(asked, {.flags = flags}), asked, FP_LEARN_uncacheable)) << rcode;
    }
    const Steered asked = open();
    EXPECT_TRUE(is_not_learned(answer_to(asked, {.flags = FP_DNS_QR | FP_DNS_TC}), asked, FP_LEARN_uncacheable));
}

// Use once, never cache (RFC 1035 3.2.1): the daemon need not see it.
TEST_F(SteeredLearn, NothingOfTtlZero) {
    const Steered asked = open();
    ResponseText once = www;
    once.answer = {"www.example.com. 0 IN A 192.0.2.1"};
    EXPECT_TRUE(is_not_learned(answer_to(asked, once), asked, FP_LEARN_uncacheable));
}

TEST_F(SteeredLearn, NothingWithoutAQuestion) {
    const Steered asked = open();
    DnsQuery message = asked.sent.dns;
    message.flags = FP_DNS_QR | FP_RCODE_SERVFAIL;
    message.has_question = false;
    message.qdcount = 0;
    EXPECT_TRUE(is_not_learned(answer_with(asked, message.octets()), asked, FP_LEARN_unparsable));
}

TEST_F(SteeredLearn, NothingThatIsCachedAndFresh) {
    const Steered asked = open(); // before it was cached
    add(www);
    EXPECT_TRUE(is_not_learned(answer_to(asked, www), asked, FP_LEARN_fresh));
}

TEST_F(SteeredLearn, WhatIsCachedButOfNoUse) {
    add(www, {.limit = 512}); // for small clients
    const Steered larger = open({.edns = Edns{}});
    EXPECT_TRUE(is_learned(answer_to(larger, www), larger));
    pass(300); // expired
    const Steered asked = open();
    EXPECT_TRUE(is_learned(answer_to(asked, www), asked));
}

// 4,096 octets are the most that the daemon reads.
TEST_F(SteeredLearn, TheLargestMessage) {
    for (const size_t size : {4096U, 4097U}) {
        const Steered asked = open();
        Octets message = expected_empty_answer(asked.sent.dns, FP_DNS_RA);
        message.resize(size, 0xab);
        const Packet answer = answer_with(asked, message);
        EXPECT_TRUE(size == 4096 ? is_learned(answer, asked) : is_not_learned(answer, asked, FP_LEARN_unparsable));
    }
}

// Nobody reads the ring; when it is full, answers go home all the same.
TEST_F(SteeredLearn, AFullRingLosesOnlyACopy) {
    constexpr size_t ring_size = 8 << 20;
    Steered asked = open();
    Octets large = expected_empty_answer(asked.sent.dns, FP_DNS_RA);
    large.resize(4096);
    const Octets packet = answer_with(asked, large).octets();
    for (size_t written = 0; written < ring_size; written += large.size()) {
        SteeringWorld::put(asked.flow);
        (void)run(packet);
    }
    SteeringWorld::put(asked.flow);
    EXPECT_TRUE(is_seen(answer_with(asked, large), asked, FP_LEARN_lost));
    ring_.consume();
    asked = open();
    EXPECT_TRUE(is_learned(answer_to(asked, www), asked)); // there is room again
}

// The resolver of this host is counted like an upstream, by what it sends (TC).
TEST_F(SteeredLearn, OfTheResolverOfThisHostAsAMember) {
    world().set_state(upstream_, FP_UPSTREAM_DOWN);
    const Upstream local = world().add_local();
    for (const int rcode : {FP_RCODE_NOERROR, FP_RCODE_SERVFAIL, FP_RCODE_REFUSED}) {
        const Packet query = frame(DnsQuery{.id = static_cast<uint16_t>(rcode)});
        ASSERT_TRUE(asks_local(query, FP_OUT_miss_local, local));
        advance_ns(100'000);
        SteeringWorld::Counters expected = world().counters();
        count_answer(expected[local.number], static_cast<uint16_t>(rcode), 100'000);
        const auto flags = static_cast<uint16_t>(FP_DNS_QR | FP_DNS_RA | rcode);
        const Octets answer = reply_to(query, expected_answer(query.dns, {.flags = flags}, 0)).octets();
        (void)run_tc(Controlled::instance().learn(), answer);
        EXPECT_EQ(wrong_counters(expected), "");
        (void)run_tc(Controlled::instance().learn(), answer); // nobody has asked for a second one
        EXPECT_EQ(wrong_counters(expected), "");
    }
}

// Where it only stands in for another one, it may not know the name at all: what it says is for that client alone.
TEST_F(SteeredLearn, NothingOfTheResolverOfThisHostInTheStead) {
    const Upstream local = world().add_local({.pool = 1});
    world().set_state(upstream_, FP_UPSTREAM_DOWN);
    const Packet query = frame();
    ASSERT_TRUE(asks_local(query, FP_OUT_miss_no_upstream, std::nullopt));
    const SteeringWorld::Counters expected = world().counters();
    const fp_counters before = counters_now();
    (void)run_tc(Controlled::instance().learn(), reply_to(query, expected_answer(query.dns, www, 0)).octets());
    EXPECT_EQ(learn_count(counters_now() - before, FP_LEARN_unasked), 1U);
    EXPECT_EQ(wrong_counters(expected), "");
    EXPECT_TRUE(ring_.consume().empty());
}

// The client checks the checksum of what it gets; who gets the answer from the cache could not.
TEST_F(SteeredLearn, NothingThatWasDamagedOnItsWay) {
    const Upstream over_ipv6 = world().add(upstream_ipv6);
    for (const Packet &query : {frame(Ipv4{}), frame(Ipv6{})}) {
        for (const uint16_t wrong_by : std::initializer_list<uint16_t>{1, 0x100, 0x8000}) {
            const Steered asked = sends(query, is_ipv6(query) ? over_ipv6 : upstream_);
            const Packet answer = answer_to(asked, www);
            const auto checksum = static_cast<uint16_t>(right_checksum(answer) + wrong_by);
            EXPECT_TRUE(is_not_learned(with_checksum(answer, checksum), asked, FP_LEARN_unparsable));
        }
    }
}

TEST_F(SteeredLearn, WhatHasNoChecksumOrAHalfDoneOne) {
    Steered asked = open();
    EXPECT_TRUE(is_learned(with_checksum(answer_to(asked, www), 0), asked));
    asked = open();
    EXPECT_TRUE(is_learned(with_checksum(answer_to(asked, www), half_done_checksum(answer_to(asked, www))), asked));
}

// Every length, since it is summed up in pieces, and an odd octet is left over.
// RFC 8200 8.1: over IPv6 there is no such thing.
TEST_F(SteeredLearn, NothingOverIpv6WithoutAChecksum) {
    const Steered asked = sends(frame(Ipv6{}), world().add(upstream_ipv6));
    EXPECT_TRUE(is_not_learned(with_checksum(answer_to(asked, www), 0), asked, FP_LEARN_unparsable));
}

// RFC 5452 6: who forges answers has one chance, however many ask the same.
TEST_F(SteeredLearn, OfEqualQuestionsTheFirst) {
    const Steered first = open({.id = 1});
    const Steered second = open({.id = 2});
    const Steered third = open({.id = 3});
    EXPECT_TRUE(is_not_learned(answer_to(second, www), second, FP_LEARN_asked_twice));
    EXPECT_TRUE(is_learned(answer_to(first, www), first));
    EXPECT_TRUE(is_not_learned(answer_to(third, www), third, FP_LEARN_asked_twice));
    const Steered next = open({.id = 4});
    EXPECT_TRUE(is_learned(answer_to(next, www), next));
    const Steered other = open({.name = "other.example."});
    EXPECT_TRUE(is_learned(answer_to(other, {.question = "other.example. IN A"}), other)) << "of another name";
}

// One lost packet keeps nobody waiting for long.
TEST_F(SteeredLearn, OfEqualQuestionsTheNextWhenTheFirstIsNotAnswered) {
    const Steered first = open({.id = 1});
    advance_ns(FP_ASKING_MS * 1'000'000ULL - 1'000'000);
    const Steered second = open({.id = 2});
    EXPECT_TRUE(is_not_learned(answer_to(second, www), second, FP_LEARN_asked_twice));
    advance_ns(1'000'000);
    const Steered third = open({.id = 3});
    EXPECT_TRUE(is_not_learned(answer_to(first, www), first, FP_LEARN_asked_twice));
    EXPECT_TRUE(is_learned(answer_to(third, www), third));
}

TEST_F(SteeredLearn, MessagesOfEveryLength) {
    for (size_t size = 33; size < 600; size++) {
        const Steered asked = open();
        Octets message = expected_empty_answer(asked.sent.dns, FP_DNS_RA);
        message.resize(size, 0xcd);
        ASSERT_TRUE(is_learned(answer_with(asked, message), asked)) << size;
    }
}

TEST_F(SteeredLearn, NothingThatIsDropped) {
    const Steered asked = open();
    Packet answer = answer_to(asked, www);
    (*answer.payload)[FP_DNS_HEADER_LEN + 1] = 'v';
    const fp_counters before = counters_now();
    EXPECT_TRUE(is_dropped(answer, FP_OUT_drop_question));
    const fp_counters counted = counters_now() - before;
    for (size_t i = 0; i < FP_LEARN_COUNT; i++) {
        EXPECT_EQ(learn_count(counted, static_cast<fp_learn_outcome>(i)), 0U) << learn_names[i].name;
    }
    EXPECT_TRUE(ring_.consume().empty());
}

} // namespace
} // namespace fastpath::test
