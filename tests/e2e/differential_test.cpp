// SPDX-License-Identifier: Apache-2.0
// Every answer of the fast path against Unbound's own answer to the same octets: equal in all but id and TTL.
#include "e2e/differential_questions.h"
#include "e2e/lab_test.h"
#include "e2e/message_difference.h"
#include "harness/dns_client.h"

#include <algorithm>
#include <iostream>

namespace fastpath::test {
namespace {

constexpr uint32_t ttl_slack = 2; // seconds that an answer may be ahead of Unbound's own
constexpr size_t differences_shown = 40;

struct Totals {
    size_t asked = 0;
    size_t equal = 0;     // hits that are the same
    size_t truncated = 0; // of these, with TC=1
    size_t not_hits = 0;  // never cached: TTL 0 (also what Unbound makes of a DNAME), or larger than UDP allows
    size_t extended = 0;  // hits with additional records beside OPT
    std::vector<std::string> differences;
};

// Additional records but for the OPT, which the answer has if and only if the query does.
bool has_additional(const DnsQuery &query, const Octets &answer) {
    return answer[11] > (query.edns ? 1 : 0);
}

bool has_flag(const Octets &message, uint16_t flag) {
    return ((static_cast<unsigned>(message[2]) << 8 | message[3]) & flag) != 0;
}

class Differential : public FastpathTest {
  protected:
    void SetUp() override {
        FastpathTest::SetUp();
        if (can_run()) {
            fast4_.emplace(lab(), Machine::client, Lab::resolver4);
            fast6_.emplace(lab(), Machine::client, Lab::resolver6);
            unbound_.emplace(lab(), Machine::resolver, "127.0.0.1");
        }
    }

    // All ways once, so that what can be a hit is one afterwards.
    void learn(const Question &question, const std::vector<Way> &ways) {
        for (const Way &way : ways) {
            ask_fast_path(question, way, ++id_);
        }
        settle(lab());
    }

    void compare(const Question &question, const std::vector<Way> &ways) {
        double hits = hits_now();
        for (const Way &way : ways) {
            const uint16_t id = ++id_;
            // Unbound first: a TTL of the fast path must not be above one of a moment ago.
            const std::optional<Octets> expected = unbound_->ask(query_for(question, way, id));
            const std::optional<Octets> actual = ask_fast_path(question, way, id);
            const double hits_before = std::exchange(hits, hits_now());
            totals_.asked++;
            if (hits == hits_before) {
                totals_.not_hits++;
            } else if (!expected || !actual) {
                add_differences(question, way, {expected ? "no answer of the fast path" : "no answer of Unbound"});
            } else {
                const bool truncated = has_flag(*actual, FP_DNS_TC);
                const auto lines = truncated ? truncated_difference(*expected, *actual)
                                             : message_difference(*expected, *actual, ttl_slack);
                totals_.equal += lines.empty() ? 1u : 0u;
                totals_.truncated += truncated ? 1u : 0u;
                totals_.extended += has_additional(query_for(question, way, id), *actual) ? 1u : 0u;
                add_differences(question, way, lines);
            }
        }
    }

    void compare_all() {
        size_t turn = 0;
        for (const Question &question : differential_questions()) {
            const std::vector<Way> ways = ways_to_ask(turn++);
            learn(question, ways);
            compare(question, ways);
        }
        std::cout << totals_.asked << " asked: " << totals_.equal << " hits equal to Unbound's answers ("
                  << totals_.truncated << " with TC=1), " << totals_.not_hits << " no hits, "
                  << totals_.differences.size() << " differences\n";
    }

    void expect_no_difference() const {
        const size_t shown = std::min(totals_.differences.size(), differences_shown);
        for (size_t at = 0; at < shown; at++) {
            ADD_FAILURE() << totals_.differences[at];
        }
    }

    [[nodiscard]] const Totals &totals() const { return totals_; }

  private:
    std::optional<Octets> ask_fast_path(const Question &question, const Way &way, uint16_t id) {
        return (way.ipv6 ? fast6_ : fast4_)->ask(query_for(question, way, id));
    }

    static double hits_now() { return metrics(lab()).fastpath("queries_total{result=\"hit\"}"); }

    void add_differences(const Question &question, const Way &way, const std::vector<std::string> &lines) {
        for (const std::string &line : lines) {
            totals_.differences.push_back(question.name + " TYPE" + std::to_string(question.type) + " (" + way.text +
                                          "): " + line);
        }
    }

    std::optional<DnsClient> fast4_;
    std::optional<DnsClient> fast6_;
    std::optional<DnsClient> unbound_;
    uint16_t id_ = 0;
    Totals totals_;
};

TEST_F(Differential, HitsAreUnboundsOwnAnswers) {
    compare_all();
    expect_no_difference();
    EXPECT_GT(totals().equal, totals().asked * 19 / 20) << "too few hits to say anything";
    EXPECT_GT(totals().truncated, 0u);
}

// Records that Unbound adds where there is room: what fits one client has to be what another one of that size gets.
TEST_F(Differential, AlsoWhereUnboundAddsRecords) {
    lab().must_run(Machine::resolver,
                   {"unbound-control", "-c", lab().state() / "unbound.conf", "set_option", "minimal-responses: no"});
    control(lab(), {"cache", "flush-all"});
    compare_all();
    expect_no_difference();
    EXPECT_GT(totals().equal, totals().asked * 19 / 20) << "too few hits to say anything";
    EXPECT_GT(totals().extended, 0u);
}

} // namespace
} // namespace fastpath::test
