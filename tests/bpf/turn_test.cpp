// SPDX-License-Identifier: Apache-2.0
// Rotation (RFC 1794): every order of the records is a whole, right message, at any age and past it.
#include "fixture.h"
#include "harness/expected_answer.h"

#include <algorithm>
#include <set>

namespace fastpath::test {
namespace {

struct TurnCase {
    const char *name;
    ResponseText response;
    size_t first; // of the answer section's records that are turned
    size_t count;
    bool is_swapped = false; // the first changes places with another; else they are given from another on
};

std::vector<std::string> addresses(int count) {
    std::vector<std::string> records;
    for (int i = 0; i < count; i++) {
        records.push_back("www.example.com. 300 IN A 192.0.2." + std::to_string(i));
    }
    return records;
}

const std::vector<TurnCase> cases = {
    {"two_addresses", {.answer = addresses(2)}, 0, 2, true},
    {"five_addresses", {.answer = addresses(5)}, 0, 5, true},
    {"ipv6",
     {.question = "www.example.com. IN AAAA",
      .answer = {"www.example.com. 300 IN AAAA 2001:db8::1", "www.example.com. 300 IN AAAA 2001:db8::2",
                 "www.example.com. 300 IN AAAA 2001:db8::3"}},
     0,
     3,
     true},
    {"odd_lengths",
     {.question = "example.com. IN MX",
      .answer = {"example.com. 300 IN MX 10 a.example.com.", "example.com. 400 IN MX 10 bb.example.com.",
                 "example.com. 500 IN MX 10 ccc.example.com.", "example.com. 600 IN MX 10 d.example.com."}},
     0,
     4},
    {"behind_an_alias",
     {.answer = {"www.example.com. 600 IN CNAME web.example.com.", "web.example.com. 300 IN A 192.0.2.1",
                 "web.example.com. 301 IN A 192.0.2.2", "web.example.com. 302 IN A 192.0.2.3"}},
     1,
     3},
    {"before_other_sections",
     {.answer = addresses(3),
      .authority = {"example.com. 86400 IN NS ns.example.com.", "example.com. 86400 IN NS ns2.example.com."}},
     0,
     3,
     true},
    {"addresses_behind_an_alias",
     {.answer = {"www.example.com. 600 IN CNAME web.example.com.", "web.example.com. 300 IN A 192.0.2.1",
                 "web.example.com. 300 IN A 192.0.2.2", "web.example.com. 300 IN A 192.0.2.3"}},
     1,
     3,
     true},
};

ResponseText turned(const TurnCase &test, size_t by) {
    ResponseText response = test.response;
    const auto begin = response.answer.begin() + static_cast<std::ptrdiff_t>(test.first);
    const auto other = begin + static_cast<std::ptrdiff_t>(by);
    if (test.is_swapped) {
        std::iter_swap(begin, other);
    } else {
        std::rotate(begin, other, begin + static_cast<std::ptrdiff_t>(test.count));
    }
    return response;
}

DnsQuery query_of(const TurnCase &test) {
    DnsQuery query;
    query.name = test.response.question.substr(0, test.response.question.find(' '));
    const std::string &question = test.response.question;
    query.qtype = question.ends_with(" MX") ? type::mx : question.ends_with(" AAAA") ? type::aaaa : type::a;
    return query;
}

class Turn : public VirtualTime, public ::testing::WithParamInterface<TurnCase> {
  protected:
    // The answers that all throws of the dice give.
    std::set<Octets> all_answers(const Packet &query, size_t throws) {
        std::set<Octets> answers;
        for (size_t number = 0; number < throws; number++) {
            Controlled::instance().set_random(static_cast<uint32_t>(number));
            const Effect effect = run(query.octets());
            EXPECT_EQ(effect.verdict, 3U); // XDP_TX
            answers.insert(effect.packet);
        }
        return answers;
    }

    template <class Expect> std::set<Octets> expected_answers(const Packet &query, const Expect &expect) {
        std::set<Octets> answers;
        for (size_t by = 0; by < GetParam().count; by++) {
            answers.insert(reply_to(query, expect(turned(GetParam(), by))).octets());
        }
        return answers;
    }
};

TEST_P(Turn, EveryOrderIsGivenAndIsRight) {
    add(GetParam().response, {.turns = true});
    for (const DnsQuery &query : {query_of(GetParam()), [&] {
                                      DnsQuery with_opt = query_of(GetParam());
                                      with_opt.edns = Edns{};
                                      return with_opt;
                                  }()}) {
        for (const Packet &packet : {frame(query), frame(Ipv6{}, query), frame(Vlan{}, Vlan{}, query)}) {
            EXPECT_EQ(all_answers(packet, GetParam().count),
                      expected_answers(
                          packet, [&](const ResponseText &response) { return expected_answer(query, response, 0); }));
        }
    }
}

TEST_P(Turn, Aged) {
    add(GetParam().response, {.turns = true});
    advance(257);
    const DnsQuery query = query_of(GetParam());
    EXPECT_EQ(all_answers(frame(query), GetParam().count),
              expected_answers(frame(query),
                               [&](const ResponseText &response) { return expected_answer(query, response, 257); }));
}

TEST_P(Turn, Stale) {
    fp_settings settings = default_settings();
    settings.stale = FP_STALE_ON_FAILURE;
    settings.stale_max_age = 3600;
    settings.stale_ttl = 77777;
    set(settings);
    fp_resolver resolver = {};
    resolver.state = FP_RESOLVER_DOWN;
    set_resolver(resolver);
    add(GetParam().response, {.turns = true});
    advance(600);
    show_life(now_ns());
    DnsQuery query = query_of(GetParam());
    query.edns = Edns{};
    EXPECT_EQ(all_answers(frame(query), GetParam().count),
              expected_answers(frame(query), [&](const ResponseText &response) {
                  return expected_stale_answer(query, response, 77777, FP_EDE_STALE);
              }));
}

INSTANTIATE_TEST_SUITE_P(Cases, Turn, ::testing::ValuesIn(cases),
                         [](const auto &test) { return std::string(test.param.name); });

class ManyRecords : public VirtualTime {
  protected:
    size_t orders_of(const ResponseText &response, const DnsQuery &query) {
        add(response, {.turns = true});
        std::set<Octets> answers;
        for (uint32_t number = 0; number < 960; number++) { // a multiple of both counts below
            Controlled::instance().set_random(number);
            answers.insert(run(frame(query).octets()).packet);
        }
        return answers.size();
    }
};

TEST_F(ManyRecords, EachAddressComesFirst) {
    EXPECT_EQ(orders_of({.answer = addresses(60)}, {.edns = Edns{}}), 60U);
}

// More records than there are turns: not every one comes first, but many do.
TEST_F(ManyRecords, OthersComeInSixteenOrders) {
    ResponseText mail = {.question = "example.com. IN MX"};
    for (int i = 0; i < 20; i++) {
        mail.answer.push_back("example.com. 300 IN MX 10 mx" + std::to_string(i) + ".example.com.");
    }
    EXPECT_EQ(orders_of(mail, {.name = "example.com.", .qtype = type::mx, .edns = Edns{}}), FP_TURNS_MAX + 1U);
}

} // namespace
} // namespace fastpath::test
