// SPDX-License-Identifier: Apache-2.0
// QueryClient against a server on loopback: what it reports and when, what it is bound by, and what it leaves behind.
#include "query_client_fixture.h"

#include "dns/byte_order.h"

#include <filesystem>
#include <set>
#include <sys/resource.h>

namespace fastpath {
namespace {

using namespace std::chrono_literals;
using namespace test;

TEST_F(QueryClientTest, GivesTheAnswerAsItCame) {
    ask(server_.address());
    const Datagram query = server_.receive();
    server_.send(query, response_to(query, 42));
    wait_for_results(1);

    ASSERT_TRUE(results_.at(0).answer);
    EXPECT_EQ(*results_.at(0).answer, response_to(query, 42));
    EXPECT_EQ(client_->in_flight(), 0U);
}

TEST_F(QueryClientTest, AsksOverIpv6) {
    std::optional<Server> server = Server::on("::1");
    if (!server) {
        GTEST_SKIP() << "this host has no ::1";
    }
    ask(server->address());
    const Datagram query = server->receive();
    server->send(query, response_to(query));
    wait_for_results(1);

    EXPECT_TRUE(results_.at(0).answer);
}

TEST_F(QueryClientTest, TakesTheLongestAnswer) {
    ask(server_.address());
    const Datagram query = server_.receive();
    Octets answer = response_to(query);
    answer.resize(longest_answer);
    server_.send(query, answer);
    wait_for_results(1);

    ASSERT_TRUE(results_.at(0).answer);
    EXPECT_EQ(results_.at(0).answer->size(), longest_answer);
}

TEST_F(QueryClientTest, GivesUpWhenTheTimeIsOver) {
    const uint64_t begun = monotonic_ns();
    ask(server_.address(), 20ms);
    wait_for_results(1);

    expect_only_failure(QueryFailure::timeout);
    EXPECT_GE(results_.at(0).at_ns - begun, 20'000'000U);
}

TEST_F(QueryClientTest, ALateAnswerIsNobodys) {
    ask(server_.address(), 1ms);
    const Datagram late = server_.receive();
    wait_for_results(1);
    ask(server_.address());
    const Datagram query = server_.receive();
    server_.send(late, response_to(late, 1));
    server_.send(query, response_to(query, 2));
    wait_for_results(2);

    EXPECT_FALSE(results_.at(0).answer);
    ASSERT_TRUE(results_.at(1).answer);
    EXPECT_EQ(*results_.at(1).answer, response_to(query, 2));
}

TEST_F(QueryClientTest, AnAnswerThatWaitsForUsIsNotLate) {
    ask(server_.address(), 1ms);
    const Datagram query = server_.receive();
    server_.send(query, response_to(query));
    ASSERT_TRUE(test::eventually([deadline = monotonic_ns() + 2'000'000] { return monotonic_ns() > deadline; }));
    wait_for_results(1);

    EXPECT_TRUE(results_.at(0).answer);
}

TEST_F(QueryClientTest, EachHasADeadlineOfItsOwn) {
    const uint64_t begun = monotonic_ns();
    ask(server_.address(), 30ms);
    ask(server_.address(), 1ms);
    wait_for_results(1);
    EXPECT_EQ(client_->in_flight(), 1U);
    wait_for_results(2);

    EXPECT_GE(results_.at(1).at_ns - begun, 30'000'000U);
}

TEST_F(QueryClientTest, HearsAtOnceThatNobodyListens) {
    const SocketAddress closed = Server::on("127.0.0.1").value().address();
    const uint64_t begun = monotonic_ns();
    ask(closed);
    wait_for_results(1);

    expect_only_failure(QueryFailure::unreachable);
    EXPECT_LT(results_.at(0).at_ns - begun, static_cast<uint64_t>(std::chrono::nanoseconds(patience).count()));
}

// A link-local address without an interface is refused by connect() itself.
TEST_F(QueryClientTest, ReportsThatThereIsNoWayButNotBeforeAskReturns) {
    ask({parse_address("fe80::1").value(), 53});
    EXPECT_TRUE(results_.empty());
    wait_for_results(1);

    expect_only_failure(QueryFailure::unreachable);
}

TEST_F(QueryClientTest, KeepsToItsBound) {
    client_ = QueryClient::create(2).value();
    ask(server_.address());
    ask(server_.address());
    EXPECT_FALSE(client_->ask(server_.address(), www, patience, into_results()));
    EXPECT_EQ(client_->in_flight(), 2U);

    const Datagram query = server_.receive();
    server_.send(query, response_to(query));
    wait_for_results(1);
    ask(server_.address());
    EXPECT_EQ(client_->in_flight(), 2U);
}

TEST_F(QueryClientTest, OurOwnLackIsAnErrorAndNoResult) {
    rlimit before = {};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    const rlimit none = {.rlim_cur = 0, .rlim_max = before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
    const auto asked = client_->ask(server_.address(), www, 1ms, into_results());
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);

    ASSERT_FALSE(asked);
    EXPECT_NE(asked.error().message.find("Too many open files"), std::string::npos) << asked.error().message;
    EXPECT_EQ(client_->in_flight(), 0U);
    ask(server_.address(), 1ms); // the only one of which there is a result
    wait_for_results(1);
    EXPECT_EQ(results_.size(), 1U);
}

// In place of the one that it is called for.
TEST_F(QueryClientTest, ACallbackMayAskAgain) {
    client_ = QueryClient::create(1).value();
    int left = 3;
    QueryClient::Callback again = [&](const QueryAnswer &answer, uint64_t now_ns) {
        results_.push_back({answer, now_ns});
        if (--left > 0) {
            EXPECT_TRUE(client_->ask(server_.address(), www, 1ms, again));
        }
    };
    ASSERT_TRUE(client_->ask(server_.address(), www, 1ms, again));
    wait_for_results(3);

    EXPECT_EQ(client_->in_flight(), 0U);
}

TEST_F(QueryClientTest, AnswersFindTheirQueriesInAnyOrder) {
    std::vector<Datagram> queries;
    for (size_t i = 0; i < 256; ++i) {
        ask(server_.address());
        queries.push_back(server_.receive());
    }
    std::for_each(queries.rbegin(), queries.rend(), [this](const auto &q) { server_.send(q, response_to(q)); });
    wait_for_results(queries.size());

    EXPECT_EQ(client_->in_flight(), 0U);
    EXPECT_TRUE(std::all_of(results_.begin(), results_.end(), [](const Reported &r) { return r.answer.has_value(); }));
}

// RFC 5452 4.5, 9.2
TEST_F(QueryClientTest, IdsAndPortsCannotBeFoundByCounting) {
    std::set<uint16_t> ids;
    std::set<int> id_steps;
    std::set<int> port_steps;
    Datagram before;
    for (int i = 0; i < 64; ++i) {
        ask(server_.address());
        const Datagram query = server_.receive();
        if (i > 0) {
            id_steps.insert(load_be16(query.octets, 0) - load_be16(before.octets, 0));
            port_steps.insert(query.port() - before.port());
        }
        ids.insert(load_be16(query.octets, 0));
        before = query;
    }
    EXPECT_GE(ids.size(), 60U);
    EXPECT_GE(id_steps.size(), 50U);
    EXPECT_GE(port_steps.size(), 50U);
}

size_t open_descriptors() {
    const std::filesystem::directory_iterator all("/proc/self/fd");
    return static_cast<size_t>(std::distance(begin(all), end(all)));
}

TEST_F(QueryClientTest, LeavesNoDescriptorBehind) {
    const SocketAddress closed = Server::on("127.0.0.1").value().address();
    const size_t idle = open_descriptors();
    for (int i = 0; i < 3; ++i) {
        ask(server_.address());
        const Datagram query = server_.receive();
        server_.send(query, response_to(query));
    }
    ask(server_.address(), 1ms);
    ask(closed);
    EXPECT_EQ(open_descriptors(), idle + 5);
    wait_for_results(5);
    EXPECT_EQ(open_descriptors(), idle);
}

TEST_F(QueryClientTest, DestructionCancels) {
    client_.reset();
    const size_t idle = open_descriptors();
    client_ = QueryClient::create(16).value();
    ask(server_.address());
    ask(server_.address(), 0ns);
    client_.reset();

    EXPECT_EQ(open_descriptors(), idle);
    EXPECT_TRUE(results_.empty());
}

bool is_readable(int fd, std::chrono::milliseconds limit = 0ms) {
    pollfd watched = {.fd = fd, .events = POLLIN, .revents = 0};
    return ::poll(&watched, 1, static_cast<int>(limit.count())) == 1;
}

TEST(DeadlineTimer, IsReadableFromItsTimeOnUntilDrained) {
    DeadlineTimer timer = DeadlineTimer::create().value();
    const uint64_t at_ns = monotonic_ns() + 10'000'000;
    timer.arm(at_ns);
    EXPECT_TRUE(is_readable(timer.poll_fd(), patience));
    EXPECT_GE(monotonic_ns(), at_ns);
    timer.drain();
    EXPECT_FALSE(is_readable(timer.poll_fd()));
    timer.arm(at_ns); // past by now
    EXPECT_TRUE(is_readable(timer.poll_fd()));
    timer.arm(never_ns);
    EXPECT_FALSE(is_readable(timer.poll_fd()));
    timer.arm(0);
    EXPECT_TRUE(is_readable(timer.poll_fd()));
}

} // namespace
} // namespace fastpath
