// SPDX-License-Identifier: Apache-2.0
// What the daemon writes of a reload is what is read of it and shown; and who the daemon is.
#include "ctl/daemon_process.h"
#include "ctl/reload.h"

#include <gtest/gtest.h>
#include <memory>
#include <sstream>
#include <sys/sysmacros.h>

namespace fastpath::ctl {
namespace {

const ReloadRecord two_changes = {.began_ns = 7,
                                  .changes = {{"cache.stale_ttl: 30 -> 60", true}, {"interfaces: +eth1", false}}};

std::string printed(const ReloadRecord &record) {
    std::ostringstream stream;
    print_reload(stream, record);
    return stream.str();
}

class ReloadMemory : public testing::Test {
  protected:
    // Through the map and back.
    std::optional<ReloadRecord> passed_on(const ReloadRecord &record) {
        write_reload(*element_, record);
        return parse_reload(*element_);
    }
    const std::unique_ptr<fp_reload> element_ = std::make_unique<fp_reload>();
};

TEST_F(ReloadMemory, HoldsNothingAtFirst) {
    EXPECT_EQ(parse_reload(*element_), std::nullopt);
}

TEST_F(ReloadMemory, HandsOnWhatChanged) {
    EXPECT_EQ(passed_on(two_changes), two_changes);
    EXPECT_EQ(passed_on({.began_ns = 8}), (ReloadRecord{.began_ns = 8})) << "nothing is left of the one before";
    EXPECT_EQ(element_->number, 2);
}

TEST_F(ReloadMemory, HandsOnWhyItWasRefused) {
    const ReloadRecord refused = {.began_ns = 9, .outcome = FP_RELOAD_REFUSED, .reason = "f.yaml:1:1: unknown key 'x'"};
    EXPECT_EQ(passed_on(refused), refused);
}

TEST_F(ReloadMemory, IsNotReadWhileItIsWritten) {
    write_reload(*element_, two_changes);
    element_->number = 0;
    EXPECT_EQ(parse_reload(*element_), std::nullopt);
}

TEST_F(ReloadMemory, LeavesOutWhatDoesNotFit) {
    const std::string long_text(FP_RELOAD_TEXT_MAX / 2 - 10, 'x');
    const ReloadRecord record = {.changes = {{long_text, true}, {long_text, true}, {long_text, true}}};
    const ReloadRecord read = passed_on(record).value();
    EXPECT_EQ(read.changes.size(), 2);
    EXPECT_EQ(read.changes_left_out, 1);
    EXPECT_NE(printed(read).find("\n  and 1 more, which the daemon's log has\n"), std::string::npos);
}

TEST_F(ReloadMemory, CutsAReasonThatDoesNotFit) {
    const ReloadRecord record = {.outcome = FP_RELOAD_FAILED, .reason = std::string(FP_RELOAD_TEXT_MAX + 1, 'x')};
    EXPECT_EQ(passed_on(record)->reason.size(), FP_RELOAD_TEXT_MAX);
}

TEST_F(ReloadMemory, KeepsAChangeOnOneLine) {
    EXPECT_EQ(passed_on({.changes = {{"a: b\nc", true}}})->changes.at(0).text, "a: b c");
}

TEST(ReloadText, SaysWhatChangedAndWhatWaits) {
    EXPECT_EQ(printed(two_changes), "reloaded: 2 changes\n"
                                    "  cache.stale_ttl: 30 -> 60\n"
                                    "  interfaces: +eth1 (takes effect with the next start)\n");
    EXPECT_EQ(printed({}), "reloaded: nothing has changed\n");
}

TEST(ReloadJson, HasTheSame) {
    EXPECT_EQ(to_json(two_changes), Json::parse(R"({"outcome": "done", "reason": null, "changes": [
        {"key": "cache.stale_ttl", "change": "30 -> 60", "applied": true},
        {"key": "interfaces", "change": "+eth1", "applied": false}], "changes_left_out": 0})"));
    EXPECT_EQ(to_json(ReloadRecord{.outcome = FP_RELOAD_REFUSED, .reason = "bad"}),
              Json::parse(R"({"outcome": "refused", "reason": "bad", "changes": [], "changes_left_out": 0})"));
}

// As the kernel writes it; who waits for a lock and who shares one does not hold it.
TEST(LockHolder, IsFoundInProcLocks) {
    const std::string text = "1: POSIX  ADVISORY  WRITE 301 00:1d:77 0 EOF\n"
                             "2: FLOCK  ADVISORY  READ  302 00:1d:77 0 EOF\n"
                             "2: -> FLOCK  ADVISORY  WRITE 303 00:1d:77 0 EOF\n"
                             "3: FLOCK  ADVISORY  WRITE 304 00:1e:77 0 EOF\n"
                             "4: FLOCK  ADVISORY  WRITE 305 00:1d:77 0 EOF\n";
    const auto holder = [&text](unsigned device_minor, ino_t inode) {
        std::istringstream lines(text);
        return lock_holder(lines, makedev(0, device_minor), inode);
    };
    EXPECT_EQ(holder(0x1d, 77), 305);
    EXPECT_EQ(holder(0x1e, 77), 304);
    EXPECT_EQ(holder(0x1d, 78), std::nullopt);
}

} // namespace
} // namespace fastpath::ctl
