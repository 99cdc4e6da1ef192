// SPDX-License-Identifier: Apache-2.0
// The cache as a file: over a stop and a start that has no pins, as after a reboot; damaged; on a disk that is full; and by hand.
#include "e2e/operator_fixture.h"

#include <filesystem>
#include <fstream>

namespace fastpath::test {
namespace {

class Snapshot : public OperatorTest {
  protected:
    void SetUp() override {
        OperatorTest::SetUp();
        if (can_run()) {
            std::filesystem::remove_all(directory());
            std::filesystem::create_directory(directory());
        }
    }
    void TearDown() override {
        if (has_pins()) {
            control(lab(), {"detach"});
        }
    }

    static std::filesystem::path directory() { return lab().state() / "snapshots"; }
    static std::string file() { return directory() / "cache.snapshot"; }
    static std::string with_snapshot(const std::string &more = {}) {
        return lab_config("state: {snapshot: " + file() + more + "}\n");
    }
    // What comes back from it is all there was.
    static std::string loaded(unsigned answers) {
        const std::string count = std::to_string(answers);
        return "snapshot: " + count + " of " + count + " answers loaded from " + file();
    }
    static unsigned entries() { return static_cast<unsigned>(stats(lab()).fastpath("cache_entries")); }
};

TEST_F(Snapshot, TheCacheOutlivesAStopThatRemovesThePins) {
    Asked before;
    {
        FastpathDaemon first(lab(), with_snapshot());
        EXPECT_TRUE(first.says("no snapshot " + file() + " yet")) << first.log();
        ask({"d0710.mail.example", "MX", "+dnssec"});
        ask({"www.d0711.mail.example", "A"});
        before = ask({"www.d0711.mail.example", "A"});
        ASSERT_EQ(before.by, by_fast_path);
        EXPECT_EQ(first.stop(), 0);
        EXPECT_TRUE(first.says("snapshot: 2 answers written to " + file())) << first.log();
    }
    expect_plain_unbound();
    lab().restart_resolver(); // its cache is empty, so it cannot be the one that answers as before

    const FastpathDaemon next(lab(), with_snapshot());
    ASSERT_TRUE(next.says(loaded(2))) << next.log();
    const Asked after = ask({"www.d0711.mail.example", "A"});
    EXPECT_EQ(after.by, by_fast_path);
    EXPECT_EQ(without_ttls(after.shown), without_ttls(before.shown));
    EXPECT_LE(after.shown.ttl(), before.shown.ttl());
    EXPECT_EQ(ask({"d0710.mail.example", "MX", "+dnssec"}).by, by_fast_path);
    EXPECT_EQ(metrics(lab()).fastpath("snapshot_loaded_entries"), 2);
    EXPECT_EQ(metrics(lab()).fastpath("cache_fills_total"), 0);
}

TEST_F(Snapshot, AFlushIsInTheFileSoon) {
    const FastpathDaemon daemon(lab(), with_snapshot());
    ask({"d0712.mail.example", "A"});
    control(lab(), {"cache", "flush-all"});
    EXPECT_TRUE(daemon.says("snapshot: 0 answers written")) << daemon.log();
    EXPECT_GT(metrics(lab()).fastpath("snapshot_last_success_timestamp_seconds"), 1e9);
    EXPECT_EQ(metrics(lab()).fastpath("snapshot_size_bytes"), static_cast<double>(std::filesystem::file_size(file())));
}

TEST_F(Snapshot, ADamagedFileCostsNothingButItself) {
    {
        const FastpathDaemon first(lab(), with_snapshot());
        ask({"d0713.mail.example", "A"});
    }
    {
        std::fstream octets(file(), std::ios::in | std::ios::out | std::ios::binary);
        octets.seekp(-30, std::ios::end);
        octets.put('x');
    }
    const FastpathDaemon next(lab(), with_snapshot());
    EXPECT_TRUE(next.says("the snapshot " + file() + " is damaged: a wrong CRC")) << next.log();
    EXPECT_TRUE(next.says("kept as " + file() + ".refused")) << next.log();
    EXPECT_TRUE(std::filesystem::exists(file() + ".refused"));
    EXPECT_EQ(metrics(lab()).fastpath("snapshot_errors_total{operation=\"load\"}"), 1);
    EXPECT_EQ(entries(), 0U);
    EXPECT_EQ(ask({"d0713.mail.example", "A"}).by, by_unbound);
    EXPECT_EQ(ask({"d0713.mail.example", "A"}).by, by_fast_path);
}

// The snapshot that is written at a stop does not fit. `keep`, so that hits can go on.
TEST_F(Snapshot, AFullDiskIsSaidAndLosesNoHit) {
    on_resolver({"mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", directory()});
    FastpathDaemon daemon(lab(), with_snapshot(", on_stop: keep"));
    learn_hot_names(lab());
    expect_no_hit_is_lost([&] {
        EXPECT_EQ(daemon.stop(), 0);
        EXPECT_TRUE(daemon.says("cannot write the snapshot " + file() + ": No space left on device; make room there"))
            << daemon.log();
    });
    EXPECT_EQ(on_resolver({"ls", "-A", directory()}), "") << "half a file is left";
    on_resolver({"umount", directory()});
}

// --- by hand ----------------------------------------------------------------------------------------------------------

TEST_F(Snapshot, SavedAndLoadedWhileTheDaemonServes) {
    const FastpathDaemon daemon(lab());
    learn_hot_names(lab());
    const unsigned before = entries();
    const std::string saved = directory() / "by-hand";
    expect_no_hit_is_lost([&] { control(lab(), {"cache", "save", saved}); });

    control(lab(), {"cache", "flush-all"});
    const std::string count = std::to_string(before);
    EXPECT_EQ(control(lab(), {"cache", "load", saved}), "loaded " + count + " of " + count + " answers\n");
    EXPECT_TRUE(daemon.says("snapshot of dns-fastpathctl: " + count)) << daemon.log();
    EXPECT_EQ(control(lab(), {"cache", "load", saved}), "loaded 0 of " + count + " answers\n") << "they are there";
    EXPECT_EQ(ask({"d0001.mail.example", "MX", "+noad"}).by, by_fast_path);
}

TEST_F(Snapshot, SavedAndLoadedWhileNoDaemonRuns) {
    {
        FastpathDaemon daemon(lab(), keeping());
        ask({"d0714.mail.example", "A"});
        daemon.kill();
    }
    const std::string pipe = "'" FASTPATH_CTL "' cache save - > by-hand && '" FASTPATH_CTL
                             "' cache flush-all && cat by-hand | '" FASTPATH_CTL "' cache load - --json";
    const std::string said = on_resolver({"sh", "-c", "cd " + directory().string() + " && " + pipe});
    EXPECT_NE(said.find("\"loaded\": 1"), std::string::npos) << said;
    const FastpathDaemon next(lab(), keeping());
    EXPECT_TRUE(next.says("took over 1 cached answers")) << next.log();
    EXPECT_EQ(ask({"d0714.mail.example", "A"}).by, by_fast_path);
}

TEST_F(Snapshot, WhatIsNoSnapshotIsRefusedByTheDaemonToo) {
    const FastpathDaemon daemon(lab());
    const Finished refused = lab().run(Machine::resolver, {FASTPATH_CTL, "cache", "load", "/etc/passwd"});
    EXPECT_EQ(refused.exit_code, 1);
    EXPECT_NE(refused.output.find("is no snapshot of dns-fastpath"), std::string::npos) << refused.output;
}

} // namespace
} // namespace fastpath::test
