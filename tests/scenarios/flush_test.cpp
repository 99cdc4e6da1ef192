// SPDX-License-Identifier: Apache-2.0
// What an operator takes out of the cache: a name, one of its types, a zone, everything.
#include "story.h"

namespace fastpath::test {
namespace {

struct Known {
    DnsQuery query;
    ResponseText response;
};

const std::vector<Known> known = {
    {{.name = "www.example.com."}, {.answer = {"www.example.com. 300 IN A 192.0.2.1"}}},
    {{.name = "www.example.com.", .qtype = type::aaaa}, {.answer = {"www.example.com. 300 IN AAAA 2001:db8::1"}}},
    {{.name = "www.example.com.", .edns = Edns{.flags = FP_EDNS_DO}},
     {.answer = {"www.example.com. 300 IN A 192.0.2.1"}}},
    {{.name = "a.www.example.com."}, {.answer = {"a.www.example.com. 300 IN A 192.0.2.2"}}},
    {{.name = "example.com."}, {.answer = {"example.com. 300 IN A 192.0.2.3"}}},
    {{.name = "notexample.com."}, {.answer = {"notexample.com. 300 IN A 192.0.2.4"}}},
    {{.name = "www.example.net."}, {.answer = {"www.example.net. 300 IN A 192.0.2.5"}}},
};

class Flush : public Story {
  protected:
    void SetUp() override {
        Story::SetUp();
        for (const Known &answer : known) {
            client_learns(answer.query, answer.response);
        }
    }

    // By their places in `known`; all others are still there.
    void takes_out(const std::vector<size_t> &gone) {
        for (size_t i = 0; i < known.size(); i++) {
            const Reply reply = client_asks(known[i].query);
            const bool is_gone = std::find(gone.begin(), gone.end(), i) != gone.end();
            EXPECT_TRUE(is_gone ? reply.misses() : reply.hits(known[i].response)) << i;
        }
    }
};

TEST_F(Flush, OfANameTakesAllItsTypesAndFlags) {
    operator_runs({"flush", "www.example.com"});
    takes_out({0, 1, 2});
}

TEST_F(Flush, OfANameIsWithoutCase) {
    operator_runs({"flush", "WWW.Example.COM."});
    takes_out({0, 1, 2});
}

TEST_F(Flush, OfANameAndTypeTakesThatTypeOnly) {
    operator_runs({"flush", "www.example.com", "AAAA"});
    takes_out({1});
}

// Labels are compared, not octets: notexample.com is none of example.com.
TEST_F(Flush, OfAZoneTakesTheNamesAtAndBelow) {
    operator_runs({"flush-zone", "example.com"});
    takes_out({0, 1, 2, 3, 4});
}

TEST_F(Flush, OfTheRootZoneTakesEverything) {
    operator_runs({"flush-zone", "."});
    takes_out({0, 1, 2, 3, 4, 5, 6});
}

TEST_F(Flush, OfAllTakesEverything) {
    operator_runs({"flush-all"});
    takes_out({0, 1, 2, 3, 4, 5, 6});
}

TEST_F(Flush, OfWhatIsNotThereTakesNothing) {
    operator_runs({"flush", "ftp.example.com"});
    operator_runs({"flush", "www.example.com", "MX"});
    takes_out({});
}

// What the resolver said before the flush is what was to go.
TEST_F(Flush, TakesTheAnswerThatIsOnItsWay) {
    const DnsQuery query = {.name = "new.example.com."};
    EXPECT_TRUE(client_asks(query).misses());
    daemon_stops();
    (void)resolver_answers({.answer = {"new.example.com. 300 IN A 192.0.2.9"}});
    time_passes(1);
    operator_runs({"flush-all"});
    daemon_goes_on();
    EXPECT_TRUE(client_asks(query).misses());
}

TEST_F(Flush, IsOverWithTheNextAnswer) {
    operator_runs({"flush-all"});
    time_passes(1);
    client_learns(known[0].query, known[0].response);
    EXPECT_TRUE(client_asks(known[0].query).hits(known[0].response));
}

} // namespace
} // namespace fastpath::test
