// SPDX-License-Identifier: Apache-2.0
// The program that explains: for every outcome it says what `fastpath` then does, and does none of it.
#include "bpf/explainer.h"
#include "learned_ring.h"
#include "outcome_cases.h"
#include "refresh_wishes.h"
#include "steer_fixture.h"
#include "util/address.h"

#include <cstring>
#include <map>
#include <set>
#include <unistd.h>

namespace fastpath::test {
namespace {

Explainer explainer() {
    const Controlled &explaining = Controlled::explaining();
    return {UniqueFd(::dup(explaining.explain())), UniqueFd(::dup(Loaded::instance().programs.map("explanation")))};
}

Explainer::Explained explain(const Octets &packet) {
    Controlled::explaining().be_as(Controlled::instance());
    return explainer().run(packet, 0).value();
}

using Contents = std::map<std::string, size_t>;

// All maps are many megabytes. What is left alone before anything is looked up has only its counter: one packet of each outcome.
bool is_worth_a_look(const OutcomeCase &c) {
    static std::set<fp_outcome> seen;
    const fp_result result = outcome_names[c.outcome].result;
    return seen.insert(c.outcome).second || (result != FP_RESULT_pass && result != FP_RESULT_other);
}

class Explain : public Steering {};
class ExplainOutcome : public FastPath, public ::testing::WithParamInterface<OutcomeCase> {};

TEST_P(ExplainOutcome, IsThatOfFastpathAndChangesNothing) {
    const OutcomeCase &c = GetParam();
    set_room({}); // both in virtual time
    c.prepare(*this);
    LearnedRing learned;
    RefreshWishes wishes;
    (void)learned.consume();
    (void)wishes.consume();
    const bool looks_at_maps = is_worth_a_look(c);
    const auto before = looks_at_maps ? Controlled::shared_contents() : Contents{};
    const Explainer::Explained explained = explain(c.packet.octets());
    EXPECT_EQ(looks_at_maps ? Controlled::shared_contents() : Contents{}, before);
    EXPECT_TRUE(learned.consume().empty());
    EXPECT_TRUE(wishes.consume().empty());

    const Effect effect = run(c.packet.octets());
    EXPECT_EQ(explained.outcome, c.outcome);
    EXPECT_EQ(effect.outcome(), c.outcome);
    EXPECT_EQ(explained.record.outcome, static_cast<uint32_t>(c.outcome));
    EXPECT_EQ(explained.record.verdict, effect.verdict);
    EXPECT_EQ(to_hex(explained.packet), to_hex(effect.packet));
}

// The kernel takes no frames of several buffers for an interface; and no query is that long.
std::vector<OutcomeCase> cases_of_one_buffer() {
    std::vector<OutcomeCase> cases = outcome_cases();
    std::erase_if(cases, [](const OutcomeCase &c) { return c.outcome == FP_OUT_pass_multi_buffer; });
    return cases;
}

INSTANTIATE_TEST_SUITE_P(All, ExplainOutcome, ::testing::ValuesIn(cases_of_one_buffer()), [](const auto &test) {
    return std::string(outcome_names[test.param.outcome].name) + "__" + test.param.what;
});

// What was decided, and by what.
TEST_F(Explain, AHit) {
    add({.answer = {"www.example.com. 300 IN A 192.0.2.1"}});
    pass(7);
    const DnsQuery query = {.name = "wWw.example.com.", .edns = Edns{.udp_size = 4096}};
    const fp_explanation record = explain(frame(query).octets()).record;
    const fp_key key = key_of_query(query);
    EXPECT_EQ(record.outcome, FP_OUT_hit);
    EXPECT_EQ(record.now_ns, now_ns());
    EXPECT_EQ(std::memcmp(&record.key, &key, sizeof(key)), 0);
    EXPECT_EQ(record.name_len, 17U);
    EXPECT_EQ(record.qtype, type::a);
    EXPECT_EQ(record.limit, 1232U);
    EXPECT_EQ(record.view, default_view);
    EXPECT_EQ(record.has_opt, 1U);
    EXPECT_EQ(record.has_entry, 1U);
    EXPECT_EQ(record.entry_age, 7U);
    EXPECT_EQ(record.entry.lifetime, 300U);
    EXPECT_EQ(record.daemon_alive, 1U);
    EXPECT_EQ(record.way_chosen, 0U);
    EXPECT_EQ(record.upstream, FP_UPSTREAM_NONE);
}

TEST_F(Explain, ASteeredMiss) {
    const Upstream upstream = world().add(upstream_ipv4, {.pool = 5, .tier = 1});
    world().route_zone("example.com.", 5);
    use_zone_routes();
    leave_by(other_ifindex);
    for (uint16_t attempt = 0; attempt < 2; attempt++) {
        const fp_explanation record = explain(frame().octets()).record;
        EXPECT_EQ(record.outcome, FP_OUT_miss_steered);
        EXPECT_EQ(record.verdict, uint32_t{XDP_REDIRECT});
        EXPECT_EQ(record.egress, other_ifindex);
        EXPECT_EQ(record.has_entry, 0U);
        EXPECT_EQ(record.pool, 0U);
        EXPECT_EQ(record.way_chosen, 1U);
        EXPECT_EQ(record.way_outcome, FP_OUT_miss_steered);
        EXPECT_EQ(record.way_pool, 5U);
        EXPECT_EQ(record.zone_len, 13U);
        EXPECT_EQ(record.upstream, upstream.number);
        EXPECT_EQ(record.upstream_tier, 1U);
        EXPECT_EQ(record.attempt, attempt);
        const fp_addr source = parse_address(source_ipv4).value().abi();
        EXPECT_EQ(std::memcmp(&record.source, &source, sizeof(source)), 0);
        EXPECT_TRUE(steers(frame(), upstream)); // so that the next one is a retry
    }
}

// What an earlier packet has left in memory is not said of this one.
TEST_F(Explain, WhatWasNotLookedAtIsZero) {
    world().add(upstream_ipv4);
    (void)explain(frame().octets());
    const fp_explanation record = explain(frame(Ipv4{.src = denied_ipv4}, DnsQuery{.flags = 0}).octets()).record;
    EXPECT_EQ(record.outcome, FP_OUT_pass_no_recursion);
    EXPECT_EQ(record.name_len, 0U);
    EXPECT_EQ(record.key.hash[0] | record.key.hash[1], 0U);
    EXPECT_EQ(record.way_chosen, 0U);
    EXPECT_EQ(record.source.word[3], 0U);
}

// As the daemon loads it, beside the programs in use.
TEST_F(Explain, TheProgramOfTheProduct) {
    Programs &programs = Loaded::instance().programs;
    const Result<> loaded = programs.load_explain();
    ASSERT_TRUE(loaded) << loaded.error().message;
    const Explainer product(UniqueFd(::dup(programs.explain())), UniqueFd(::dup(programs.map("explanation"))));
    EXPECT_EQ(product.run(frame(Udp{.dst = 5353}).octets(), 0).value().outcome, FP_OUT_other);
    const auto before = Controlled::shared_contents();
    EXPECT_EQ(product.run(frame(DnsQuery{.flags = 0}).octets(), own_ifindex).value().outcome, FP_OUT_pass_no_recursion);
    EXPECT_EQ(Controlled::shared_contents(), before);
    EXPECT_FALSE(product.run(frame().octets(), 0x7fffffff)) << "there is no such interface";
}

} // namespace
} // namespace fastpath::test
