// SPDX-License-Identifier: Apache-2.0
// The fast path in front of the resolver that LAB_RESOLVER names: every answer has to be the resolver's own.
#include "conformance/comparison_run.h"
#include "conformance/rfc8906_queries.h"
#include "conformance/ways.h"
#include "e2e/lab_test.h"

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <optional>

namespace fastpath::test {
namespace {

std::string resolver() {
    const char *const chosen = std::getenv("LAB_RESOLVER");
    return chosen != nullptr ? chosen : "unbound";
}

bool is_full_run() {
    const char *const full = std::getenv("CONFORMANCE_FULL");
    return full != nullptr && std::string(full) == "1";
}

// One question in this many is asked again at the end of a run.
constexpr size_t aged_share = 5;

// A line now and then, so that a long run can be told from one that hangs.
class Progress {
  public:
    explicit Progress(size_t total) : total_(total) {}

    void show(size_t done, const Report &report) {
        const auto now = std::chrono::steady_clock::now();
        if (now - shown_ < std::chrono::seconds(10)) {
            return;
        }
        shown_ = now;
        std::cout << done << " of " << total_ << " questions, " << report.asked() << " queries, " << report.failures()
                  << " failures" << std::endl;
    }

  private:
    size_t total_;
    std::chrono::steady_clock::time_point shown_ = std::chrono::steady_clock::now();
};

class Conformance : public FastpathTest {
  protected:
    void SetUp() override {
        FastpathTest::SetUp();
        if (can_run()) {
            run_.emplace(lab());
            run_->flush_fast_path(); // so that a test finds no answers of the one before it
        }
    }

    ComparisonRun &run() { return *run_; }

    // One question in `share`, and all in a full run.
    void compare_generated_queries(size_t share) {
        const std::vector<Question> questions = generated_questions();
        Progress progress(questions.size());
        for (size_t turn = 0; turn < questions.size(); turn += is_full_run() ? 1 : share) {
            run().compare(ways_to_ask(questions[turn], turn, is_full_run()));
            progress.show(turn + 1, run().report());
        }
    }

    // Some of them again: by now their answers are seconds old, and TTLs have gone down.
    void compare_aged_answers() {
        const std::vector<Question> questions = generated_questions();
        for (size_t turn = 0; turn < questions.size(); turn += aged_share) {
            run().compare(ways_to_ask(questions[turn], turn, false));
        }
    }

    void expect_no_difference(const std::string &what) {
        run().report().print(std::cout, what + " with " + resolver());
        run().report().expect_none();
    }

  private:
    std::optional<ComparisonRun> run_;
};

TEST_F(Conformance, GeneratedQueries) {
    compare_generated_queries(1);
    compare_aged_answers();
    expect_no_difference("generated queries");
    const Report &report = run().report();
    EXPECT_GT(report.asked(), 10'000u);
    EXPECT_GT(report.count("hit"), report.asked() / 4) << "too few hits to say anything";
    EXPECT_LT(report.late_hits(), report.count("hit") / 100) << "learning takes too long";
    EXPECT_GT(report.count("miss"), 1'000u) << "too few misses to say anything";
    EXPECT_GT(report.truncated_hits(), 0u);
}

// What a cold resolver says may differ from what it says later, and that is what the fast path learns.
TEST_F(Conformance, FirstAnswers) {
    const std::vector<Question> questions = generated_questions();
    std::vector<Asking> askings;
    for (size_t turn = 0; turn < questions.size(); turn++) {
        askings.push_back(common_way_to_ask(questions[turn], turn));
    }
    run().compare_first_answers(askings);
    expect_no_difference("first answers");
    EXPECT_GT(run().report().count("hit"), questions.size() / 2) << "too few hits to say anything";
}

TEST_F(Conformance, Rfc8906) {
    for (const std::vector<Asking> &group : rfc8906_queries()) {
        run().flush_fast_path(); // each is a miss, whatever others had to do with the same question
        run().compare(group);
    }
    expect_no_difference("RFC 8906");
    EXPECT_GT(run().report().count("hit"), 0u);
    EXPECT_EQ(run().report().count("hit"), run().report().count("miss"));
    EXPECT_GT(run().report().count("pass"), 0u);
}

// Records that Unbound adds where there is room, and leaves out by default: what fits one client has to be what another one of
// that size gets. BIND adds them in all the tests above.
TEST_F(Conformance, WhereUnboundAddsRecords) {
    if (resolver() != "unbound") {
        GTEST_SKIP() << "only Unbound has this option";
    }
    lab().must_run(Machine::resolver,
                   {"unbound-control", "-c", lab().state() / "unbound.conf", "set_option", "minimal-responses: no"});
    compare_generated_queries(3);
    expect_no_difference("generated queries, more records");
    EXPECT_GT(run().report().extended_hits(), 0u);
}

} // namespace
} // namespace fastpath::test
