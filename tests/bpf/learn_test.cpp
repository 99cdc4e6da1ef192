// SPDX-License-Identifier: Apache-2.0
// The learner (TC egress): which answers of this host's resolver go to the daemon, and that every packet goes on untouched.
#include "fixture.h"
#include "harness/difference.h"
#include "harness/expected_answer.h"
#include "harness/program_run.h"
#include "learned_ring.h"
#include "open_queries.h"

#include <bpf/bpf.h>
#include <cstring>
#include <linux/pkt_cls.h>

namespace fastpath::test {
namespace {

using ::testing::AssertionFailure;
using ::testing::AssertionResult;
using ::testing::AssertionSuccess;

const ResponseText www = {.answer = {"www.example.com. 300 IN A 192.0.2.1"}};

// What the resolver sends in answer to `query`.
Packet answer_to(const Packet &query, const ResponseText &response = www) {
    return reply_to(query, expected_answer(query.dns, response, 0));
}

class Learn : public VirtualTime {
  protected:
    void SetUp() override {
        VirtualTime::SetUp();
        ring_.consume();
    }

    // The query is passed to the resolver.
    void ask(const Packet &query) { ASSERT_TRUE(misses(query)); }

    // The packet goes out of the interface. `outcome` none: it is not an answer of ours at all.
    AssertionResult sees(const Packet &packet, std::optional<fp_learn_outcome> outcome, const __sk_buff &context = {}) {
        const Octets octets = packet.octets();
        const fp_counters before = counters_now();
        const ProgramRun result = run_tc(Controlled::instance().learn(), octets, context);
        const fp_counters counted = counters_now() - before;
        fp_counters expected = {};
        if (outcome) {
            FP_COUNTER_LEARN(&expected, *outcome) = 1;
        }
        std::string text;
        if (result.verdict != static_cast<uint32_t>(TC_ACT_UNSPEC)) {
            text += "verdict: expected TC_ACT_UNSPEC, got " + std::to_string(result.verdict) + "\n";
        }
        if (std::memcmp(&counted, &expected, sizeof(counted)) != 0) {
            text += std::string("expected ") + (outcome ? learn_names[*outcome].name : "nothing") + ", got";
            for (size_t i = 0; i < FP_LEARN_COUNT; i++) {
                text += learn_count(counted, static_cast<fp_learn_outcome>(i)) != 0
                            ? std::string(" ") + learn_names[i].name
                            : "";
            }
            text += "\n";
        }
        text += difference(octets, result.packet);
        return text.empty() ? AssertionSuccess() : AssertionFailure() << text;
    }

    // It is handed over, as the answer to `query`, and nothing else is.
    AssertionResult learns(const Packet &query, const Packet &answer) {
        if (const AssertionResult seen = sees(answer, FP_LEARN_sent); !seen) {
            return seen;
        }
        const std::vector<Learned> events = ring_.consume();
        if (events.size() != 1) {
            return AssertionFailure() << events.size() << " events";
        }
        const fp_learned &head = events[0].head;
        const fp_key key = key_of_query(query.dns);
        if (head.key.hash[0] != key.hash[0] || head.key.hash[1] != key.hash[1] || head.view != default_view) {
            return AssertionFailure() << "the key or the view is not that of the query";
        }
        if (head.seen_ns != now_ns() || head.len != events[0].message.size() || events[0].message != *answer.payload) {
            return AssertionFailure() << "time, length or message is not that of the answer";
        }
        last_ = head;
        return AssertionSuccess();
    }

    LearnedRing ring_;
    fp_learned last_{};
};

TEST_F(Learn, TheAnswerToAnOpenQuery) {
    for (const Packet &query :
         {frame(Ipv4{}), frame(Ipv6{}), frame(Vlan{}, Ipv4{}), frame(Ipv6{}, DnsQuery{.edns = Edns{}})}) {
        ask(query);
        EXPECT_TRUE(learns(query, answer_to(query)));
    }
}

TEST_F(Learn, WhatTheQuerySaidGoesAlong) {
    const Packet query = frame(
        DnsQuery{.flags = FP_DNS_RD | FP_DNS_AD | FP_DNS_CD, .edns = Edns{.udp_size = 1000, .flags = FP_EDNS_DO}});
    ask(query);
    ASSERT_TRUE(learns(query, answer_to(query)));
    EXPECT_EQ(last_.limit, 1000);
    EXPECT_EQ(last_.query_bits, FP_QUERY_AD | FP_QUERY_CD | FP_QUERY_DO);
}

// The whole way: asked, learned, cached as the daemon does it, and then a hit.
TEST_F(Learn, WhatWasLearnedAnswersTheNextQuery) {
    const Packet query = frame(DnsQuery{.edns = Edns{}});
    ask(query);
    ASSERT_TRUE(learns(query, answer_to(query)));
    const Cached &cached = add(www, {.view = last_.view, .limit = last_.limit});
    EXPECT_EQ(cached.head->key.hash[0], last_.key.hash[0]);
    EXPECT_TRUE(answers(query, cached));
}

TEST_F(Learn, TheLongestNameAndALargeMessage) {
    const std::string label(63, 'a');
    const std::string name = label + "." + label + "." + label + "." + std::string(61, 'a') + ".";
    ResponseText response = {.question = name + " IN A"};
    for (int i = 0; i < 180; i++) {
        response.answer.push_back(name + " 300 IN A 192.0.2." + std::to_string(i));
    }
    const Packet query = frame(DnsQuery{.name = name});
    ask(query);
    EXPECT_TRUE(learns(query, answer_to(query, response))); // more than 3,000 octets
}

TEST_F(Learn, EachQueryIsAnsweredOnce) {
    const Packet query = frame();
    ask(query);
    EXPECT_TRUE(learns(query, answer_to(query)));
    EXPECT_TRUE(sees(answer_to(query), FP_LEARN_unasked));
    EXPECT_TRUE(ring_.consume().empty());
}

TEST_F(Learn, TheAnswersToARetryAreThoseOfOneQuery) {
    const Packet query = frame();
    ask(query);
    ask(query);
    EXPECT_TRUE(learns(query, answer_to(query)));
    EXPECT_TRUE(learns(query, answer_to(query))) << "the daemon has not cached the first yet";
    EXPECT_TRUE(sees(answer_to(query), FP_LEARN_unasked));
}

// Same port and id: nothing tells which of the two answers is for AD=1, or for which size.
TEST_F(Learn, NothingWhereTwoQueriesCannotBeToldApart) {
    const Packet plain = frame(DnsQuery{.flags = FP_DNS_RD});
    for (const Packet &other :
         {frame(DnsQuery{.flags = FP_DNS_RD | FP_DNS_AD}), frame(DnsQuery{.flags = FP_DNS_RD, .edns = Edns{}}),
          frame(DnsQuery{.name = "other.example."})}) {
        ask(plain);
        ask(other);
        ask(plain);
        for (const Packet &query : {plain, other, plain}) {
            EXPECT_TRUE(sees(answer_to(query), FP_LEARN_unasked));
        }
        ask(other); // all have been answered: port and id are free again
        EXPECT_TRUE(learns(other, answer_to(other, {.question = other.dns.name + " IN A"})));
    }
}

TEST_F(Learn, NothingThatWasNotAsked) {
    const Packet query = frame(Udp{.src = 40000}, DnsQuery{.id = 1});
    ask(query);
    EXPECT_TRUE(sees(answer_to(frame(Udp{.src = 40000}, DnsQuery{.id = 2})), FP_LEARN_unasked));
    EXPECT_TRUE(sees(answer_to(frame(Udp{.src = 40001}, DnsQuery{.id = 1})), FP_LEARN_unasked));
    EXPECT_TRUE(
        sees(answer_to(frame(Ipv4{.src = "198.18.0.7"}, Udp{.src = 40000}, DnsQuery{.id = 1})), FP_LEARN_unasked));
    EXPECT_TRUE(
        sees(answer_to(frame(Ipv4{.dst = other_server_ipv4}, Udp{.src = 40000}, DnsQuery{.id = 1})), FP_LEARN_unasked));
    EXPECT_TRUE(sees(answer_to(frame(Ipv6{}, Udp{.src = 40000}, DnsQuery{.id = 1})), FP_LEARN_unasked));
    EXPECT_TRUE(ring_.consume().empty());
    EXPECT_TRUE(learns(query, answer_to(query))); // none of them has taken its place
}

TEST_F(Learn, NoAnswerToAnotherQuestion) {
    const Packet query = frame();
    const ResponseText mail = {.question = "mail.example.com. IN A",
                               .answer = {"mail.example.com. 300 IN A 192.0.2.25"}};
    for (const DnsQuery &other : {DnsQuery{.name = "mail.example.com."}, DnsQuery{.qtype = type::aaaa}}) {
        ask(query);
        EXPECT_TRUE(sees(answer_to(frame(other), mail), FP_LEARN_unasked));
    }
    EXPECT_TRUE(ring_.consume().empty());
}

// A resolver may write the name in another case than it was asked in.
TEST_F(Learn, TheCaseOfTheQuestionDoesNotMatter) {
    const Packet query = frame(DnsQuery{.name = "wWw.eXample.com."});
    ask(query);
    EXPECT_TRUE(learns(query, answer_to(frame(DnsQuery{}))));
}

TEST_F(Learn, NoAnswerThatComesTooLate) {
    const Packet query = frame();
    ask(query);
    advance_ns(FP_OPEN_QUERY_MAX_AGE_NS);
    EXPECT_TRUE(learns(query, answer_to(query)));
    ask(query);
    advance_ns(FP_OPEN_QUERY_MAX_AGE_NS + 1);
    EXPECT_TRUE(sees(answer_to(query), FP_LEARN_unasked));
}

TEST_F(Learn, EveryRcodeThatMayBeCached) {
    for (const int rcode : {FP_RCODE_NOERROR, FP_RCODE_SERVFAIL, FP_RCODE_NXDOMAIN}) {
        const Packet query = frame();
        ask(query);
        EXPECT_TRUE(learns(query, answer_to(query, {.flags = static_cast<uint16_t>(FP_DNS_QR | FP_DNS_RA | rcode)})));
    }
}

TEST_F(Learn, NothingThatMayNotBeCached) {
    for (const int rcode : {1, 4, 5, 6, 7, 8, 9, 10, 11, 15}) {
        const Packet query = frame();
        ask(query);
        EXPECT_TRUE(sees(answer_to(query, {.flags = static_cast<uint16_t>(FP_DNS_QR | rcode)}), FP_LEARN_uncacheable))
            << rcode;
    }
    const Packet query = frame();
    ask(query);
    EXPECT_TRUE(sees(answer_to(query, {.flags = FP_DNS_QR | FP_DNS_TC}), FP_LEARN_uncacheable));
    EXPECT_TRUE(ring_.consume().empty());
}

TEST_F(Learn, NothingThatIsNotAWellFormedAnswer) {
    const Packet query = frame();
    const auto flags = [&](uint16_t value) { return answer_to(query, {.flags = value}); };
    const auto cut = [&](size_t size) {
        Packet answer = answer_to(query);
        answer.payload->resize(size);
        return answer;
    };
    Packet wrong_length = answer_to(query);
    wrong_length.transport = Udp{.src = 53, .dst = 40000, .length = 20};
    Packet fragment = answer_to(query);
    std::get<Ipv4>(fragment.ip).fragment = 0x2000;
    Packet with_options = answer_to(query);
    std::get<Ipv4>(with_options.ip).options = Octets(4, 1);
    Packet bad_name = answer_to(query);
    (*bad_name.payload)[FP_DNS_HEADER_LEN] = 0xc0;
    for (const Packet &packet : {flags(0), flags(FP_DNS_QR | 4 << 11), cut(0), cut(12), cut(16), cut(20), wrong_length,
                                 fragment, with_options, bad_name}) {
        ask(query);
        EXPECT_TRUE(sees(packet, FP_LEARN_unparsable));
        forget_open_queries();
    }
    EXPECT_TRUE(ring_.consume().empty());
}

TEST_F(Learn, NothingThatIsCachedAndFresh) {
    const Packet query = frame();
    ask(query); // before it was cached
    add(www);
    EXPECT_TRUE(sees(answer_to(query), FP_LEARN_fresh));
    EXPECT_TRUE(ring_.consume().empty());
}

TEST_F(Learn, WhatIsCachedButOfNoUse) {
    const Packet query = frame(DnsQuery{.edns = Edns{}});
    const Cached &cached = add(www);
    advance(299);
    ASSERT_TRUE(answers(query, cached));
    advance(1); // expired
    ask(query);
    EXPECT_TRUE(learns(query, answer_to(query)));

    add(www).head->lifetime = 0; // flushed
    ask(query);
    EXPECT_TRUE(learns(query, answer_to(query)));

    add(www).head->limit = 512; // for small clients
    ask(query);
    EXPECT_TRUE(learns(query, answer_to(query)));
}

// Under its key lies another's: it does not keep the true one out.
TEST_F(Learn, WhatACollisionHides) {
    const Packet query = frame();
    Entry entry = entry_for(www);
    entry.head.key.hash[1] ^= 1ULL << 63; // the tag is in the low half
    ask(query);
    insert(entry, www);
    EXPECT_TRUE(learns(query, answer_to(query)));
}

TEST_F(Learn, NothingThatThisHostDidNotSend) {
    const Packet query = frame();
    ask(query);
    __sk_buff forwarded = {};
    forwarded.ingress_ifindex = 1;
    EXPECT_TRUE(sees(answer_to(query), std::nullopt, forwarded));
    EXPECT_TRUE(learns(query, answer_to(query)));
}

TEST_F(Learn, NothingFromElsewhere) {
    for (const Packet &packet :
         {frame(Ipv4{.src = "198.18.0.9", .dst = client_ipv4}, Udp{.src = 53, .dst = 40000}),
          frame(Ipv4{.src = server_ipv4, .dst = client_ipv4}, Udp{.src = 5353, .dst = 40000}),
          frame(Ipv4{.src = server_ipv4, .dst = "192.0.2.53"}, Udp{.src = 40000, .dst = 53}),
          frame(Ipv4{.src = server_ipv4, .dst = client_ipv4}, Tcp{.src = 53, .dst = 40000, .flags = 0x12}),
          frame(Ipv4{.src = server_ipv4, .dst = client_ipv4}, Tcp{.src = 53, .dst = 40000, .flags = 0x02}),
          frame(Ethernet{.type = 0x0806})}) {
        EXPECT_TRUE(sees(packet, std::nullopt));
    }
}

// Nobody reads the ring; when it is full, answers go on to their clients all the same.
TEST_F(Learn, AFullRingLosesOnlyACopy) {
    const Packet query = frame();
    ResponseText large = www;
    for (int i = 0; i < 180; i++) {
        large.answer.push_back("www.example.com. 300 IN A 192.0.2." + std::to_string(i));
    }
    const Octets answer = answer_to(query, large).octets();
    const int open_queries = loaded().programs.map("open_queries");
    const fp_open_query_key open_key = open_key_of(query);
    ask(query);
    const fp_open_query open = find_open_query(query).value();

    const fp_counters before = counters_now();
    constexpr size_t ring_size = 8 << 20;
    for (size_t written = 0; written < ring_size; written += answer.size()) {
        bpf_map_update_elem(open_queries, &open_key, &open, BPF_ANY);
        ASSERT_EQ(run_tc(Controlled::instance().learn(), answer).verdict, static_cast<uint32_t>(TC_ACT_UNSPEC));
    }
    bpf_map_update_elem(open_queries, &open_key, &open, BPF_ANY);
    EXPECT_TRUE(sees(answer_to(query, large), FP_LEARN_lost));

    const fp_counters counted = counters_now() - before;
    EXPECT_EQ(ring_.consume().size(), counted.learn_sent);
    bpf_map_update_elem(open_queries, &open_key, &open, BPF_ANY);
    EXPECT_TRUE(sees(answer_to(query, large), FP_LEARN_sent)); // there is room again
}

} // namespace
} // namespace fastpath::test
