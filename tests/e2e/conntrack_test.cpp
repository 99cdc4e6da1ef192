// SPDX-License-Identifier: Apache-2.0
// The incident of mission.md: the host's connection tracking table is full. Hits are not lost, and make no entry; nor are misses,
// unless conntrack.notrack is switched off.
#include "e2e/lab_test.h"
#include "e2e/load.h"
#include "e2e/table_limit.h"
#include "harness/dns_client.h"

namespace fastpath::test {
namespace {

constexpr unsigned table_size = 1000;
constexpr unsigned rate = 10'000; // what the generator sends without a loss of its own, also on two slow CPUs
constexpr unsigned seconds = 3;
constexpr const char *tracking = "conntrack: {notrack: false}\n";

class Conntrack : public LabTest {
  protected:
    static constexpr const char *hits = "queries_total{result=\"hit\"}";

    static void track_connections() { test::track_connections(lab()); }
    static void track_no_more() { on_resolver({"nft", "delete", "table", "inet", "e2e"}); }

    static unsigned long tracked() {
        return std::stoul(on_resolver({"cat", "/proc/sys/net/netfilter/nf_conntrack_count"}));
    }

    // ASSURED, so that none of them makes room for another (nf_conntrack_core.c, early_drop).
    static void fill_table() {
        on_resolver({"conntrack", "-F"});
        std::string entries;
        for (unsigned port = 0; port < table_size + 10; port++) {
            entries += "-I -p udp -s 198.19.255.1 -d 198.18.0.2 --sport " + std::to_string(10'000 + port) +
                       " --dport 53 -t 600 -u SEEN_REPLY,ASSURED\n";
        }
        const Finished filled = lab().run(Machine::resolver, {"conntrack", "-R", "-"}, entries);
        EXPECT_NE(filled.exit_code, 0) << "there was room for all";
    }

    static bool is_answered(const std::string &name) {
        return DnsClient(lab(), Machine::client, Lab::resolver4)
            .ask({.name = name}, std::chrono::milliseconds(500))
            .has_value();
    }
};

TEST_F(Conntrack, AMissMakesAnEntryAndAHitDoesNot) {
    const FastpathDaemon daemon(lab(), lab_config(tracking));
    track_connections();
    ask({"d0950.mail.example", "A"});
    const std::string entries = on_resolver({"conntrack", "-L", "-p", "udp", "--dst", Lab::resolver4});
    EXPECT_NE(entries.find("dport=53"), std::string::npos) << "nothing is tracked: " << entries;
    on_resolver({"conntrack", "-F"});
    for (int turn = 0; turn < 10; turn++) {
        EXPECT_EQ(ask({"d0950.mail.example", "A"}).by, by_fast_path);
    }
    EXPECT_EQ(on_resolver({"conntrack", "-L", "-p", "udp", "--dst", Lab::resolver4}).find("dport=53"),
              std::string::npos);
    track_no_more();
}

TEST_F(Conntrack, OfAFullTableHitsKnowNothing) {
    const FastpathDaemon daemon(lab(), lab_config(tracking));
    learn_hot_names(lab());
    const double hits_before = stats(lab()).fastpath(hits);
    const double unbound_before = unbound_queries(lab());
    track_connections();
    LoadReport report = {};
    {
        const TableLimit limit(table_size);
        fill_table();
        ASSERT_EQ(tracked(), table_size);
        EXPECT_FALSE(is_answered("d0951.mail.example.")) << "the table is not full: a miss got through";

        report = Load(lab(), rate, seconds).report();
        EXPECT_EQ(tracked(), table_size);
    }
    on_resolver({"conntrack", "-F"});
    track_no_more();
    EXPECT_EQ(report.lost, 0u);
    EXPECT_GE(report.sent, rate * seconds * 9 / 10);
    EXPECT_EQ(stats(lab()).fastpath(hits) - hits_before, static_cast<double>(report.sent));
    EXPECT_EQ(unbound_queries(lab()), unbound_before);
    EXPECT_TRUE(is_answered("d0951.mail.example.")) << "the lab does not recover";
}

TEST_F(Conntrack, OfAFullTableUntrackedMissesKnowNothingEither) {
    const FastpathDaemon daemon(lab());
    track_connections();
    {
        const TableLimit limit(table_size);
        fill_table();
        EXPECT_TRUE(is_answered("d0952.mail.example."));
        EXPECT_EQ(tracked(), table_size);
    }
    on_resolver({"conntrack", "-F"});
    track_no_more();
}

} // namespace
} // namespace fastpath::test
