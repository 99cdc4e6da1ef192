// SPDX-License-Identifier: Apache-2.0
// The fast path in front of the resolver that LAB_RESOLVER names, or with its misses steered (LAB_TOPOLOGY): every answer has to be
// the resolver's own.
#include "conformance/comparison_run.h"
#include "conformance/rfc8906_queries.h"
#include "conformance/setting.h"
#include "conformance/ways.h"
#include "e2e/counters.h"
#include "e2e/lab_test.h"
#include "harness/wait.h"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <optional>

namespace fastpath::test {
namespace {

bool is_full_run() {
    const char *const full = std::getenv("CONFORMANCE_FULL");
    return full != nullptr && std::string(full) == "1";
}

// One question in this many is asked again at the end of a run.
constexpr size_t aged_share = 5;

// All of them in a full run.
std::vector<Question> one_question_in(size_t share) {
    const std::vector<Question> all = generated_questions();
    std::vector<Question> questions;
    for (size_t at = 0; at < all.size(); at += is_full_run() ? 1 : share) {
        questions.push_back(all[at]);
    }
    return questions;
}

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

class Conformance : public LabTest {
  protected:
    static void SetUpTestSuite() {
        setting_ = chosen_setting();
        set_up_lab(setting_.topology);
        if (can_run()) {
            daemon_ = std::make_unique<FastpathDaemon>(lab(), setting_.config, setting_.host.machine);
            ASSERT_TRUE(upstreams_up()) << daemon_->log();
        }
    }
    static void TearDownTestSuite() {
        daemon_.reset();
        LabTest::TearDownTestSuite();
    }
    void SetUp() override {
        LabTest::SetUp();
        if (can_run()) {
            run_.emplace(lab(), setting_);
            run_->flush_fast_path(); // so that a test finds no answers of the one before it
        }
    }

    ComparisonRun &run() { return *run_; }

    void compare_each(const std::vector<Question> &questions) {
        Progress progress(questions.size());
        for (size_t turn = 0; turn < questions.size(); turn++) {
            run().compare(ways_to_ask(questions[turn], turn, is_full_run()));
            progress.show(turn + 1, run().report());
        }
    }

    // Some of them again: by now their answers are seconds old, and TTLs have gone down.
    void compare_aged_answers(const std::vector<Question> &questions) {
        for (size_t turn = 0; turn < questions.size(); turn += aged_share) {
            run().compare(ways_to_ask(questions[turn], turn, false));
        }
    }

    void expect_no_difference(const std::string &what) {
        run().report().print(std::cout, what + " with " + setting_.text());
        run().report().expect_none();
        expect_misses_on_their_way();
    }

    // Of an Unbound. It reads this option only where it begins, whatever it says to set_option.
    static void add_records(const Server &server) {
        const std::filesystem::path config = lab().state() / server.config;
        std::ofstream(config, std::ios::app) << "server:\n    minimal-responses: no\n";
        const auto control = [&](const Command &command) {
            Command whole = {"unbound-control", "-c", config};
            whole.insert(whole.end(), command.begin(), command.end());
            return lab().run(server.machine, whole);
        };
        control({"reload"});
        EXPECT_TRUE(eventually([&] { return control({"get_option", "minimal-responses"}).output == "no\n"; }));
    }

    static const Setting &setting() { return setting_; }

  private:
    static bool upstreams_up() {
        return !setting_.is_steered() || eventually([] { return now().sum("upstream_up") == 2; });
    }

    static Samples now() { return metrics(lab(), setting_.host.machine); }

    // All of them: else what was compared with the upstream's answer was another resolver's.
    static void expect_misses_on_their_way() {
        const Samples counters = now();
        EXPECT_EQ(counters.fastpath("misses_total{way=\"steered\"}"),
                  setting_.is_steered() ? counters.fastpath("queries_total{result=\"miss\"}") : 0)
            << control(lab(), {"stats"}, setting_.host.machine);
    }

    static inline Setting setting_;
    static inline std::unique_ptr<FastpathDaemon> daemon_;
    std::optional<ComparisonRun> run_;
};

// Where misses are steered only their journey is new: asked in every way, but not every question.
TEST_F(Conformance, GeneratedQueries) {
    const size_t share = setting().is_steered() ? 3 : 1;
    const std::vector<Question> questions = one_question_in(share);
    compare_each(questions);
    compare_aged_answers(questions);
    expect_no_difference("generated queries");
    const Report &report = run().report();
    EXPECT_GT(report.asked(), 10'000 / share);
    EXPECT_GT(report.count("hit"), report.asked() / 4) << "too few hits to say anything";
    EXPECT_LT(report.late_hits(), report.count("hit") / 100) << "learning takes too long";
    EXPECT_GT(report.count("miss"), 1'000 / share) << "too few misses to say anything";
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
    if (setting().software != "unbound") {
        GTEST_SKIP() << "only Unbound has this option";
    }
    for (const Server &server : setting().resolvers()) {
        add_records(server);
    }
    compare_each(one_question_in(3));
    expect_no_difference("generated queries, more records");
    EXPECT_GT(run().report().extended_hits(), run().report().count("hit") / 20) << "Unbound adds nothing";
}

} // namespace
} // namespace fastpath::test
