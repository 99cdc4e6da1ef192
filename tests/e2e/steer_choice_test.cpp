// SPDX-License-Identifier: Apache-2.0
// Where a miss goes: zones, clients and listen addresses, availability zones, limits, drained upstreams, hosts that steer to
// each other.
#include "e2e/load.h"
#include "e2e/steering_test.h"

namespace fastpath::test {
namespace {

constexpr const char *hits = "queries_total{result=\"hit\"}";

class Choice : public SteeringTest {
  protected:
    // How long a counter takes to grow so far, in seconds.
    static double seconds_to_grow(const std::string &name, double by) {
        const double begin = counter(name);
        const auto since = std::chrono::steady_clock::now();
        double grown = 0;
        EXPECT_TRUE(eventually([&] { return (grown = counter(name) - begin) >= by; })) << name << " grew by " << grown;
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - since;
        return took.count() * by / grown;
    }

    static std::string queries_of(const char *upstream, const char *az) {
        return "upstream_queries_total" + of_upstream(upstream, az);
    }
};

// --- pools --------------------------------------------------------------------------------------------------------------

TEST_F(Choice, OfTheSameAvailabilityZoneByName) {
    serve(steering_config(default_pool({az1a_upstreams, az1b_upstreams, az2a_upstreams})), 6);
    for (const std::string server : {address::fp1, address::fp1_v6}) {
        ASSERT_TRUE(answers_come_from({"az1a", "az1b"}, {.server = server}));
        Survey answered = survey(100, {.server = server});
        EXPECT_EQ(answered.size(), 2u);
        EXPECT_GT(answered["az1a"], 25);
        EXPECT_GT(answered["az1b"], 25);
    }
}

TEST_F(Choice, ByWeight) {
    serve(steering_config(default_pool({"{address: 198.18.1.11, weight: 300}", "{address: 198.18.1.12, weight: 100}"})),
          2);
    ASSERT_TRUE(answers_come_from({"az1a", "az1b"}));
    Survey answered = survey(400);
    EXPECT_NEAR(answered["az1a"], 300, 35); // four times the standard deviation
    EXPECT_EQ(answered["az1a"] + answered["az1b"], 400);
}

// The resolver on this host is one of the pool, and of the same AZ wherever that is.
TEST_F(Choice, OfThisHostToo) {
    serve(steering_config(default_pool({"{address: local}", az1b_upstreams, az2a_upstreams})), 5);
    ASSERT_TRUE(answers_come_from({"fp1", "az1b"}));
    Survey answered = survey(100);
    EXPECT_EQ(answered.size(), 2u);
    EXPECT_GT(answered["fp1"], 25);
    EXPECT_GT(answered["az1b"], 25);
}

TEST_F(Choice, IsTheSameOnAllHosts) {
    const std::string config = steering_config(default_pool({az1a_upstreams, az1b_upstreams}));
    serve(config, 4);
    const FastpathDaemon second(lab(), config, Machine::fp2);
    ASSERT_TRUE(upstreams_up(4, Machine::fp2)) << second.log();
    for (const std::string server : {address::fp1, address::fp2}) {
        ASSERT_TRUE(answers_come_from({"az1a", "az1b"}, {.server = server}));
    }
    DnsClient by_first(lab(), Machine::client, address::fp1);
    DnsClient by_second(lab(), Machine::client, address::fp2);
    for (int i = 0; i < 50; i++) {
        const DnsQuery query{.name = "same" + std::to_string(i) + ".who.example."};
        EXPECT_EQ(by_first.ask(query), by_second.ask(query)) << query.name;
    }
}

TEST_F(Choice, WithoutTheDrained) {
    serve(steering_config(default_pool({az1a_upstreams, az1b_upstreams, az2a_upstreams})), 6);
    ASSERT_TRUE(answers_come_from({"az1a", "az1b"}));
    control(lab(), {"drain", address::az1a}, Machine::fp1);
    EXPECT_EQ(survey(40), (Survey{{"az1b", 40}}));
    control(lab(), {"drain", address::az1b}, Machine::fp1);
    EXPECT_EQ(survey(40), (Survey{{"az2a", 40}}));
    control(lab(), {"undrain", address::az1a}, Machine::fp1);
    EXPECT_TRUE(answers_come_from({"az1a"}));
    control(lab(), {"undrain", address::az1b}, Machine::fp1);
    EXPECT_TRUE(answers_come_from({"az1a", "az1b"}));
}

// An upstream that is said to be up is asked from that moment on, and not only when the tables are looked at again.
TEST_F(Choice, OfWhoHasJustComeUp) {
    for (int turn = 0; turn < 10; turn++) {
        for (const auto &[upstream, machine] : {std::pair{az1b_upstreams, "az1b"}, {az2a_upstreams, "az2a"}}) {
            serve(steering_config(default_pool({upstream})), 2);
            EXPECT_EQ(who_answers(), machine) << turn;
        }
    }
}

// --- limits -------------------------------------------------------------------------------------------------------------

TEST_F(Choice, UpToMaxQpsThenTheNextOne) {
    serve(steering_config(
              default_pool({"{address: 198.18.1.11, az: az1, max_qps: 500}", "{address: 198.18.2.11, az: az2}"})),
          2);
    Load load(lab(), 2000, 7, questions_who(5000));
    seconds_to_grow(queries_of(address::az1a, "az1"), 500); // what it may take ahead of time is used up
    const double others = counter(queries_of(address::az2a, "az2"));
    EXPECT_NEAR(seconds_to_grow(queries_of(address::az1a, "az1"), 2000), 4, 0.2);
    EXPECT_NEAR(counter(queries_of(address::az2a, "az2")) - others, 6000, 600);
    ASSERT_TRUE(load.is_running());
    const LoadReport report = load.report();
    EXPECT_EQ(report.lost, 0u) << "of " << report.sent;
}

TEST_F(Choice, OfNobodyElseWhereTheOnlyOneIsAtItsLimit) {
    serve(steering_config(default_pool({"{address: 198.18.1.11, max_qps: 100}"})), 1);
    const std::string others = "misses_total{way=\"no_upstream\"}";
    const double before = counter(others);
    const LoadReport report = Load(lab(), 1000, 3, questions_who(2000)).report();
    EXPECT_EQ(report.lost, 0u);
    EXPECT_GT(counter(others), before + 2000) << "the resolver of this host has the rest";
}

// --- routes -------------------------------------------------------------------------------------------------------------

constexpr const char *routed = "pools:\n"
                               "  default: {upstreams: [{address: 198.18.1.11, az: az1}]}\n"
                               "  mta: {upstreams: [{address: 198.18.2.11, az: az2}]}\n"
                               "  vpc: {upstreams: [{address: 198.18.3.53}]}\n"
                               "routes: [{zone: corp.example, pool: vpc}]\n"
                               "clients: [{prefix: 198.18.9.0/24, pool: mta, view: mta}]\n"
                               "listen: [{address: 198.18.0.2}, {address: 198.18.0.12, pool: vpc}]\n";

class Routes : public Choice {
  protected:
    void SetUp() override {
        Choice::SetUp();
        if (can_run()) {
            on(Machine::fp1, {"ip", "address", "replace", "198.18.0.12/16", "dev", "eth0"});
            serve(steering_config(routed), 3);
            ASSERT_TRUE(answers_come_from({"az1a"}));
            ASSERT_TRUE(answers_come_from({"az2a"}, {.from = address::other_client}));
            ASSERT_TRUE(answers_come_from({"corp"}, {.server = "198.18.0.12"}));
        }
    }

    static bool is_hit(DnsClient &client, const std::string &name) {
        const double before = counter(hits);
        EXPECT_TRUE(client.ask({.name = name}));
        return counter(hits) == before + 1;
    }
    static bool becomes_hit(DnsClient &client, const std::string &name) {
        return eventually([&] { return is_hit(client, name); });
    }
};

TEST_F(Routes, AZoneIsResolvedWhereItIsKnown) {
    const ShownAnswer answer = parse_dig(on(Machine::client, {"dig", "@198.18.0.2", "www.CORP.example", "A"}));
    EXPECT_EQ(answer.data(), (std::multiset<std::string>{"198.18.3.80"})) << answer.text;
    EXPECT_EQ(survey(20, {.zone = "who.corp.example."}), (Survey{{"corp", 20}}));
    EXPECT_EQ(survey(20), (Survey{{"az1a", 20}})) << "and nothing else is";
}

TEST_F(Routes, AClientsPrefixHasAPool) {
    EXPECT_EQ(survey(20, {.from = address::other_client}), (Survey{{"az2a", 20}}));
    EXPECT_EQ(survey(20, {.from = Lab::client4}), (Survey{{"az1a", 20}}));
}

TEST_F(Routes, AListenAddressHasAPool) {
    EXPECT_EQ(survey(20, {.server = "198.18.0.12"}), (Survey{{"corp", 20}}));
}

TEST_F(Routes, AZoneComesBeforeAClientAndAClientBeforeAListenAddress) {
    EXPECT_EQ(who_answers({.from = address::other_client, .zone = "who.corp.example."}), "corp");
    EXPECT_EQ(who_answers({.server = "198.18.0.12", .from = address::other_client}), "az2a");
}

TEST_F(Routes, AnswersAreSharedWithinAView) {
    const std::string name = "d0300.mail.example.";
    DnsClient client(lab(), Machine::client, address::fp1, Lab::client4);
    DnsClient other(lab(), Machine::client, address::fp1, address::other_client);
    EXPECT_FALSE(is_hit(client, name));
    EXPECT_TRUE(becomes_hit(client, name));
    EXPECT_FALSE(is_hit(other, name)) << "what one view has learned, another one was given";
    EXPECT_TRUE(becomes_hit(other, name));
    control(lab(), {"cache", "flush-all"}, Machine::fp1);
}

// --- hosts that steer to each other -------------------------------------------------------------------------------------

TEST_F(Choice, OfEachOtherEndsAtTheSecond) {
    serve(steering_config(default_pool({"{address: 198.18.0.3}", "{address: \"2001:db8::3\"}"})), 2);
    const FastpathDaemon second(
        lab(), steering_config(default_pool({"{address: 198.18.0.2}", "{address: \"2001:db8::2\"}"})), Machine::fp2);
    ASSERT_TRUE(upstreams_up(2, Machine::fp2)) << second.log();
    for (const std::string server : {address::fp1, address::fp1_v6}) {
        ASSERT_TRUE(answers_come_from({"fp2"}, {.server = server}));
        const double steered = counter("misses_total{way=\"steered\"}");
        const double arrived = counter("misses_total{way=\"from_upstream\"}", Machine::fp2);
        EXPECT_EQ(survey(10, {.server = server}), (Survey{{"fp2", 10}}));
        EXPECT_EQ(counter("misses_total{way=\"steered\"}"), steered + 10);
        EXPECT_GE(counter("misses_total{way=\"from_upstream\"}", Machine::fp2), arrived + 10); // probes are among them
    }
    EXPECT_EQ(counter("misses_total{way=\"steered\"}", Machine::fp2), 0) << "a query went on in circles";
    EXPECT_TRUE(answers_come_from({"fp1"}, {.server = address::fp2}));
}

} // namespace
} // namespace fastpath::test
