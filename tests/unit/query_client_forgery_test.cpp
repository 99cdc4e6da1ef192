// SPDX-License-Identifier: Apache-2.0
// QueryClient under forged answers (RFC 5452): what does not match is as if it had not come.
#include "query_client_fixture.h"

#include "dns/byte_order.h"

#include <dns_fastpath/dns_wire.h>
#include <functional>

namespace fastpath {
namespace {

using namespace std::chrono_literals;
using namespace test;

constexpr size_t question_at = 12;
constexpr size_t first_letter_at = question_at + 1;
constexpr size_t type_at = question_at + 17;

TEST_F(QueryClientTest, TakesTheNameInAnyCase) {
    ask(server_.address());
    const Datagram query = server_.receive();
    Octets answer = response_to(query);
    answer[first_letter_at] = 'W';
    server_.send(query, answer);
    wait_for_results(1);

    ASSERT_TRUE(results_.at(0).answer);
    EXPECT_EQ(*results_.at(0).answer, answer);
}

// What Unbound says to a client that is outside its access control: a header, without the question.
TEST_F(QueryClientTest, TakesAnErrorWithoutAQuestion) {
    ask(server_.address());
    const Datagram query = server_.receive();
    const Octets refusal = {query.octets[0], query.octets[1], 0x81, FP_RCODE_REFUSED, 0, 0, 0, 0, 0, 0, 0, 0};
    server_.send(query, refusal);
    wait_for_results(1);

    ASSERT_TRUE(results_.at(0).answer);
    EXPECT_EQ(*results_.at(0).answer, refusal);
}

struct Forgery {
    std::string name;
    std::function<void(Octets &)> change;
};

void PrintTo(const Forgery &forgery, std::ostream *out) {
    *out << forgery.name;
}

std::vector<Forgery> forgeries() {
    return {
        {"other_id", [](Octets &m) { m[1] ^= 1; }},
        {"other_high_octet_of_id", [](Octets &m) { m[0] ^= 0x80; }},
        {"a_query", [](Octets &m) { m[2] &= 0x7f; }},
        {"other_opcode", [](Octets &m) { m[2] |= 5 << 3; }},
        {"no_question", [](Octets &m) { m[5] = 0; }},
        {"no_such_name_without_a_question",
         [](Octets &m) {
             m[3] |= FP_RCODE_NXDOMAIN;
             m[5] = 0;
         }},
        {"an_error_with_records_and_no_question",
         [](Octets &m) {
             m[3] |= FP_RCODE_REFUSED;
             m[5] = 0;
             m[7] = 1;
         }},
        {"two_questions", [](Octets &m) { m[5] = 2; }},
        {"other_name", [](Octets &m) { m[first_letter_at] = 'x'; }},
        {"other_last_label", [](Octets &m) { m[type_at - 2] = 'n'; }},
        {"other_octet_with_the_bit_of_case", [](Octets &m) { m[question_at] ^= 0x20; }},
        {"other_type", [](Octets &m) { m[type_at + 1] = 28; }},
        {"other_class", [](Octets &m) { m[type_at + 3] = 3; }},
        {"header_alone", [](Octets &m) { m.resize(12); }},
        {"cut_in_the_question", [](Octets &m) { m.resize(type_at + 3); }},
        {"empty", [](Octets &m) { m.clear(); }},
        {"too_long", [](Octets &m) { m.resize(longest_answer + 1); }},
    };
}

class ForgeryTest : public QueryClientTest, public testing::WithParamInterface<Forgery> {};

// RFC 5452 9.1
TEST_P(ForgeryTest, IsIgnoredAndTheAnswerBehindItTaken) {
    ask(server_.address());
    const Datagram query = server_.receive();
    Octets forged = response_to(query, 1);
    GetParam().change(forged);
    server_.send(query, forged);
    server_.send(query, response_to(query, 2));
    wait_for_results(1);

    ASSERT_TRUE(results_.at(0).answer);
    EXPECT_EQ(*results_.at(0).answer, response_to(query, 2));
}

INSTANTIATE_TEST_SUITE_P(QueryClient, ForgeryTest, testing::ValuesIn(forgeries()),
                         [](const auto &test) { return test.param.name; });

TEST_F(QueryClientTest, IgnoresAnotherPeer) {
    Server stranger = Server::on("127.0.0.1").value();
    ask(server_.address());
    const Datagram query = server_.receive();
    stranger.send(query, response_to(query, 1));
    server_.send(query, response_to(query, 2));
    wait_for_results(1);

    ASSERT_TRUE(results_.at(0).answer);
    EXPECT_EQ(*results_.at(0).answer, response_to(query, 2));
}

// Both go through one buffer.
TEST_F(QueryClientTest, ACutForgeryIsNotCompletedByTheOneBefore) {
    ask(server_.address());
    const Datagram query = server_.receive();
    Octets other_id = response_to(query, 1);
    other_id[1] ^= 1;
    Octets cut = response_to(query, 1);
    cut.resize(type_at + 3);
    server_.send(query, other_id);
    server_.send(query, cut);
    server_.send(query, response_to(query, 2));
    wait_for_results(1);

    ASSERT_TRUE(results_.at(0).answer);
    EXPECT_EQ(*results_.at(0).answer, response_to(query, 2));
}

TEST_F(QueryClientTest, ManyForgeriesDoNotEndAQuery) {
    ask(server_.address());
    const Datagram query = server_.receive();
    for (int guess = 1; guess < 100; ++guess) { // more than one turn takes
        Octets forged = response_to(query);
        store_be16(forged, 0, static_cast<uint16_t>(load_be16(forged, 0) + guess));
        server_.send(query, forged);
    }
    server_.send(query, response_to(query, 2));
    wait_for_results(1);

    ASSERT_TRUE(results_.at(0).answer);
    EXPECT_EQ(*results_.at(0).answer, response_to(query, 2));
}

TEST_F(QueryClientTest, AForgeryDoesNotMoveTheDeadline) {
    ask(server_.address(), 20ms);
    const Datagram query = server_.receive();
    Octets forged = response_to(query);
    forged[1] ^= 1;
    server_.send(query, forged);
    wait_for_results(1);

    expect_only_failure(QueryFailure::timeout);
}

} // namespace
} // namespace fastpath
