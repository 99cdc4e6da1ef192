// SPDX-License-Identifier: Apache-2.0
// dns-fastpathctl beside a daemon that serves: reload, top, explain, capture.
#include "e2e/ctl_result.h"
#include "e2e/lab_test.h"
#include "e2e/load.h"

#include <fstream>
#include <nlohmann/json.hpp>

namespace fastpath::test {
namespace {

using nlohmann::json;

class CtlLive : public LabTest {
  protected:
    static Finished ctl(Command words) {
        words.insert(words.begin(), FASTPATH_CTL);
        return lab().run(Machine::resolver, words);
    }
    static json ctl_json(Command words) {
        words.emplace_back("--json");
        return json::parse(ctl(std::move(words)).output);
    }
    // It keeps no snapshot, as those of other tests.
    static std::string config(const std::string &more = {}) { return lab_config("state: {snapshot: \"\"}\n" + more); }
    static void write_config(const std::string &text) { std::ofstream(FastpathDaemon::config_file(lab())) << text; }
};

class Reload : public CtlLive {};

TEST_F(Reload, SaysWhatChangedAndWhatWaitsForARestart) {
    const FastpathDaemon daemon(lab(), config());
    EXPECT_EQ(ctl({"reload"}).output, "reloaded: nothing has changed\n");
    write_config(config("cache: {stale_ttl: 60, max_entries: 5000}\n"));
    const Finished reloaded = ctl({"reload"});
    EXPECT_EQ(reloaded.exit_code, fine);
    EXPECT_EQ(reloaded.output, "reloaded: 2 changes\n"
                               "  cache.max_entries: 1000000 -> 5000 (takes effect with the next start)\n"
                               "  cache.stale_ttl: 30 -> 60\n");
    EXPECT_TRUE(daemon.says("reload: cache.stale_ttl: 30 -> 60")) << daemon.log();
    EXPECT_TRUE(daemon.says("reload: cache.max_entries: 1000000 -> 5000 (takes effect with the next start)"));
}

TEST_F(Reload, SaysWhyItWasRefused) {
    const FastpathDaemon daemon(lab(), config());
    write_config(config("cache: {stale_tl: 60}\n"));
    const Finished refused = ctl({"reload"});
    EXPECT_EQ(refused.exit_code, failed);
    EXPECT_TRUE(contains(refused.output, "reload refused, the old config stays: ")) << refused.output;
    EXPECT_TRUE(contains(refused.output, "stale_tl")) << refused.output;
    EXPECT_EQ(ctl_json({"reload"})["outcome"], "refused");
}

TEST_F(Reload, NeedsADaemonThatRuns) {
    {
        FastpathDaemon daemon(lab(), config());
        daemon.kill();
        EXPECT_EQ(ctl({"reload"}).exit_code, not_running) << "there are pins, and nobody behind them";
        EXPECT_EQ(ctl({"detach"}).exit_code, fine);
    }
    EXPECT_EQ(ctl({"reload"}).exit_code, not_running);
}

// One daemon for the tests that follow: they only look.
class Insight : public CtlLive {
  protected:
    static void SetUpTestSuite() {
        CtlLive::SetUpTestSuite();
        if (can_run()) {
            daemon_ = std::make_unique<FastpathDaemon>(lab(), lab_config());
        }
    }
    static void TearDownTestSuite() {
        daemon_.reset();
        CtlLive::TearDownTestSuite();
    }

    static std::string explained(Command words) {
        words.insert(words.begin(), "explain");
        return ctl(std::move(words)).output;
    }
    static json queries() { return ctl_json({"status"})["queries"]; }

  private:
    static std::unique_ptr<FastpathDaemon> daemon_;
};

std::unique_ptr<FastpathDaemon> Insight::daemon_;

class Top : public Insight {};

TEST_F(Top, FindsWhatIsAskedMostAndByWhom) {
    for (int i = 0; i < 6; i++) {
        ask({"d0100.mail.example", "MX"});
    }
    ask({"d0101.mail.example", "A"});
    const json names = ctl_json({"top", "names", "-n", "1"});
    ASSERT_EQ(names["rows"].size(), 1) << names.dump(2);
    EXPECT_EQ(names["rows"][0]["name"], "d0100.mail.example.");
    EXPECT_EQ(names["rows"][0]["type"], "MX");
    EXPECT_GE(names["rows"][0]["samples"], 6);
    EXPECT_GT(names["rows"][0]["hit_ratio"], 0.5);
    EXPECT_EQ(ctl_json({"top", "clients"})["rows"][0]["client"], Lab::client4);
    EXPECT_EQ(ctl_json({"top", "types"})["rows"][0]["type"], "MX");
}

class Explain : public Insight {
  protected:
    // The verifier takes a second for the program, beside the work of the daemon.
    Explain() {
        EXPECT_TRUE(eventually([] {
            return ctl({"explain", ".", "NS"}).exit_code == fine;
        })) << ctl({"explain", ".", "NS"}).output;
    }
};

TEST_F(Explain, ShowsTheAnswerOfAHitAndChangesNothing) {
    ask_until_hit({"d0110.mail.example", "MX"});
    const json before = queries();
    const json explained = ctl_json({"explain", "D0110.mail.example", "MX", "--client", Lab::client4, "--ad"});
    EXPECT_EQ(explained["outcome"], "hit") << explained.dump(2);
    EXPECT_EQ(explained["verdict"], "XDP_TX");
    EXPECT_EQ(explained["answer"]["rcode"], "NOERROR");
    EXPECT_EQ(explained["answer"]["records"][0]["type"], "MX");
    EXPECT_EQ(queries(), before);
}

TEST_F(Explain, SaysWhereAMissGoes) {
    const json explained = ctl_json({"explain", "never-asked.mail.example", "A", "--client", Lab::client4});
    EXPECT_EQ(explained["outcome"], "miss_local") << explained.dump(2);
    EXPECT_EQ(explained["upstream"], "local");
    EXPECT_EQ(explained["answer"], nullptr);
    EXPECT_EQ(ask({"never-asked.mail.example", "A"}).by, by_unbound) << "it was not asked before";
}

TEST_F(Explain, SaysWhoMayNotAsk) {
    const std::string text = explained({"d0110.mail.example", "MX", "--client", "192.0.2.1"});
    EXPECT_TRUE(contains(text, "192.0.2.1 may not ask: no prefix of acl.allow covers it")) << text;
    EXPECT_TRUE(contains(text, "refused: answered REFUSED")) << text;
}

TEST_F(Explain, SaysWhereNobodyListens) {
    const std::string text = explained({"d0110.mail.example", "MX", "--server", "192.0.2.53"});
    EXPECT_TRUE(contains(text, "192.0.2.53 is no listen address")) << text;
    EXPECT_TRUE(contains(text, "XDP_PASS")) << text;
}

class Capture : public Insight {
  protected:
    Capture() { ask_until_hit({"d0120.mail.example", "MX"}); }

    static std::string file() { return lab().state() / "capture.pcapng"; }

    // A capture that is under way.
    static Process begin(Command words) {
        words.insert(words.begin(), {FASTPATH_CTL, "capture", file()});
        Process process = lab().start(Machine::resolver, words);
        EXPECT_TRUE(eventually([&process] { return contains(process.output(), "Ctrl-C ends it"); }))
            << process.output();
        return process;
    }
    // The lines of tcpdump.
    static std::vector<std::string> packets() {
        const Finished read = run({"tcpdump", "-n", "-t", "-r", file()});
        std::vector<std::string> lines;
        std::istringstream stream(read.output);
        for (std::string line; std::getline(stream, line);) {
            if (line.starts_with("IP")) {
                lines.push_back(line);
            }
        }
        return lines;
    }
};

TEST_F(Capture, ShowsAHitAsItCameAndAsItLeft) {
    Process capture = begin({"--count", "1"});
    ask({"d0120.mail.example", "MX"});
    EXPECT_EQ(capture.wait(), fine) << capture.output();
    const std::vector<std::string> lines = packets();
    ASSERT_EQ(lines.size(), 2) << capture.output();
    EXPECT_TRUE(contains(lines[0], "198.18.0.2.53: ") && contains(lines[0], "MX? d0120.mail.example.")) << lines[0];
    EXPECT_TRUE(contains(lines[1], "IP 198.18.0.2.53 > 198.18.0.10.") && contains(lines[1], "2/0/")) << lines[1];
    std::ifstream stream(file());
    const std::string octets((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
    EXPECT_TRUE(contains(octets, "hit: XDP_TX, as it came"));
    EXPECT_TRUE(contains(octets, "hit: XDP_TX, as it left"));
}

TEST_F(Capture, TakesOnlyWhatTheFilterWants) {
    Process capture = begin({"--zone", "D0120.mail.example", "--address", "198.18.0.8/29", "--count", "1"});
    ask_until_hit({"d0121.mail.example", "MX"});
    ask({"d0120.mail.example", "MX"});
    EXPECT_EQ(capture.wait(), fine);
    const std::vector<std::string> lines = packets();
    ASSERT_EQ(lines.size(), 2);
    EXPECT_TRUE(contains(lines[0], "MX? d0120.mail.example."));

    Process elsewhere = begin({"--address", "198.18.0.16/28", "--json"});
    ask({"d0120.mail.example", "MX"});
    elsewhere.signal(SIGINT);
    EXPECT_EQ(elsewhere.wait(), fine);
    EXPECT_TRUE(contains(elsewhere.output(), "\"packets\": 0")) << elsewhere.output();
}

TEST_F(Capture, KeepsToItsRate) {
    learn_hot_names(lab());
    Process capture = begin({"--rate", "5", "--seconds", "2", "--json"});
    Load load(lab(), 2000, 3);
    EXPECT_EQ(capture.wait(), fine);
    EXPECT_EQ(load.report().lost, 0);
    const std::string output = capture.output();
    const json summary = json::parse(output.substr(output.find('{')));
    EXPECT_LE(summary["packets"], 3 * 5) << "two seconds touch three";
    EXPECT_GE(summary["packets"], 5);
    EXPECT_GE(summary["above_rate"], 1000);
    EXPECT_EQ(packets().size(), 2 * summary["packets"].get<size_t>());
}

TEST_F(Capture, LeavesNothingBehindWhereItIsKilled) {
    Process killed = begin({});
    EXPECT_EQ(ctl({"capture", file()}).exit_code, failed) << "there is one";
    killed.signal(SIGKILL);
    killed.wait();
    EXPECT_TRUE(eventually([] {
        return ctl({"capture", file(), "--seconds", "1"}).exit_code == fine;
    })) << "it goes on without a reader";
    EXPECT_EQ(ask({"d0120.mail.example", "MX"}).by, by_fast_path);
}

TEST_F(Capture, EndsWhereItCannotWrite) {
    const Finished finished = ctl({"capture", "/nowhere/capture.pcapng"});
    EXPECT_EQ(finished.exit_code, failed);
    EXPECT_TRUE(contains(finished.output, "/nowhere/capture.pcapng: No such file or directory")) << finished.output;
}

} // namespace
} // namespace fastpath::test
