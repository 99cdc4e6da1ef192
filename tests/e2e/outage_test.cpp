// SPDX-License-Identifier: Apache-2.0
// The resolver goes and comes back: names that were cached go on being answered (RFC 8767).
#include "e2e/lab_test.h"
#include "e2e/load.h"

namespace fastpath::test {
namespace {

constexpr unsigned names = 50;
constexpr const char *stale_answers = "queries_total{result=\"stale\"}";
constexpr const char *error_code = "EDE: 3 (Stale Answer)";

// They live for five seconds.
std::vector<std::string> short_questions() {
    std::vector<std::string> questions;
    for (unsigned i = 0; i < names; i++) {
        questions.push_back("short" + std::to_string(i) + ".mail.example A");
    }
    return questions;
}

class Outage : public LabTest {
  protected:
    // As a package upgrade stops it: its port is closed.
    static void stop_unbound() { on_resolver({"unbound-control", "-c", lab().state() / "unbound.conf", "stop"}); }

    static bool is_stale(const ShownAnswer &answer) { return answer.text.find(error_code) != std::string::npos; }

    // A single try: whoever is not answered at once is not answered.
    static ShownAnswer ask_once(const std::string &name) {
        const std::string server = std::string("@") + Lab::resolver4;
        return parse_dig(lab().run(Machine::client, {"dig", server, name, "A", "+tries=1", "+timeout=1"}).output);
    }
};

// Under load, with the daemon: what clients notice of it, and what the resolver notices of its return.
TEST_F(Outage, CachedNamesStayAnsweredAtTheSameRate) {
    const FastpathDaemon daemon(lab(), probing_config());
    Load load(lab(), 1000, 22, short_questions());
    EXPECT_TRUE(eventually([] { return metrics(lab()).fastpath("cache_entries") >= names; }));
    stop_unbound();
    EXPECT_TRUE(daemon.says("the resolver on this host is down"));
    EXPECT_TRUE(eventually([] { return metrics(lab()).fastpath(stale_answers) > 2000; }));
    EXPECT_EQ(metrics(lab()).fastpath("upstream_up{upstream=\"local\",pool=\"default\",az=\"\"}"), 0);

    lab().restart_resolver();
    EXPECT_TRUE(daemon.says("the resolver on this host is recovering"));
    const double stale_before = metrics(lab()).fastpath(stale_answers);
    EXPECT_TRUE(eventually([] { // all names are fresh again
        const double before = metrics(lab()).fastpath(stale_answers);
        return before == metrics(lab()).fastpath(stale_answers);
    }));
    const LoadReport report = load.report();
    EXPECT_LE(report.lost, report.sent / 1000) << "of " << report.sent;
    EXPECT_LT(metrics(lab()).fastpath(stale_answers) - stale_before, 8000) << "stale for long after its return";
    // One question for each name and life, with two or three tries for each; not the clients' thousand a second.
    EXPECT_LT(unbound_queries(lab()), names * 40.0);
}

TEST_F(Outage, AStaleAnswerSaysSo) {
    const FastpathDaemon daemon(lab(), probing_config("cache: {stale_ttl: 17}\n"));
    ask_until_hit({"short1.mail.example", "A"});
    stop_unbound();
    ShownAnswer stale;
    EXPECT_TRUE(eventually([&] { return is_stale(stale = ask_once("short1.mail.example")); }));
    EXPECT_EQ(stale.ttl(), 17u);
    EXPECT_EQ(stale.data(), (std::multiset<std::string>{"198.18.125.1"}));
    lab().restart_resolver();
    ShownAnswer fresh;
    EXPECT_TRUE(eventually([&] {
        fresh = ask_once("short1.mail.example");
        return !fresh.answer.empty() && !is_stale(fresh);
    }));
    EXPECT_LE(fresh.ttl(), 5u);
}

// Nobody probes and nobody learns, but the programs see that queries stay unanswered, and later that they do not.
TEST_F(Outage, WithTheDaemonDeadToo) {
    FastpathDaemon daemon(lab(), probing_config());
    ask_until_hit({"short2.mail.example", "A"});
    daemon.kill();
    stop_unbound();
    EXPECT_TRUE(eventually([] { return is_stale(ask_once("short2.mail.example")); }));
    lab().restart_resolver();
    EXPECT_TRUE(eventually(
        [] {
            const ShownAnswer answer = ask_once("short2.mail.example");
            return !answer.answer.empty() && !is_stale(answer);
        },
        std::chrono::seconds(20)));
    control(lab(), {"detach"});
}

// The resolver is there, but whom it asks is not: it answers SERVFAIL, and the old answer is used.
TEST_F(Outage, OfTheAuthoritativeServer) {
    const FastpathDaemon daemon(lab(), probing_config());
    ask_until_hit({"short3.mail.example", "A"});
    lab().must_run(Machine::auth, {"nft", "-f", "-"},
                   "table inet e2e {\n"
                   "  chain input {\n"
                   "    type filter hook input priority 0;\n"
                   "    meta l4proto {udp, tcp} th dport 53 reject\n"
                   "  }\n"
                   "}\n");
    EXPECT_TRUE(eventually([] { return is_stale(ask_once("short3.mail.example")); }, std::chrono::seconds(30)));
    EXPECT_EQ(ask_once("short3.mail.example").status, "NOERROR");
    lab().must_run(Machine::auth, {"nft", "delete", "table", "inet", "e2e"});
}

TEST_F(Outage, NoStaleAnswerWhereThatIsSwitchedOff) {
    const FastpathDaemon daemon(lab(), probing_config("cache: {stale: off}\n"));
    ask_until_hit({"short4.mail.example", "A"});
    stop_unbound();
    EXPECT_TRUE(eventually([] { return ask_once("short4.mail.example").answer.empty(); }));
    EXPECT_EQ(metrics(lab()).fastpath(stale_answers), 0);
    lab().restart_resolver();
}

} // namespace
} // namespace fastpath::test
