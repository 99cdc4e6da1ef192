// SPDX-License-Identifier: Apache-2.0
// The file on the disk: replaced as a whole or not at all, with errors that say what to do.
#include "harness/scratch_directory.h"
#include "snapshot/atomic_file.h"

#include <fstream>
#include <gtest/gtest.h>
#include <sstream>
#include <sys/stat.h>

namespace fastpath::snapshot {
namespace {

namespace fs = std::filesystem;

class SnapshotFile : public ::testing::Test {
  protected:
    [[nodiscard]] const fs::path &directory() const { return scratch_.path(); }
    [[nodiscard]] fs::path file() const { return directory() / "cache.snapshot"; }

    static void write(const AtomicFile &file, const std::string &text) {
        ASSERT_EQ(::write(file.fd(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
    }
    static std::string read(const fs::path &path) {
        std::ostringstream text;
        text << std::ifstream(path).rdbuf();
        return text.str();
    }
    [[nodiscard]] size_t files() const {
        return static_cast<size_t>(std::distance(fs::directory_iterator(directory()), fs::directory_iterator()));
    }
    static void expect_failure(const fs::path &path, const std::string &what) {
        const auto file = AtomicFile::create(path);
        ASSERT_FALSE(file);
        EXPECT_NE(file.error().message.find(what), std::string::npos) << file.error().message;
        EXPECT_NE(file.error().message.find(path), std::string::npos) << file.error().message;
    }

    fastpath::test::ScratchDirectory scratch_;
};

TEST_F(SnapshotFile, TakesThePlaceOfTheOldOneWhenItIsCommitted) {
    std::ofstream(file()) << "old";
    auto next = AtomicFile::create(file());
    ASSERT_TRUE(next) << next.error().message;
    write(*next, "new");
    EXPECT_EQ(read(file()), "old");
    ASSERT_TRUE(next->commit());
    EXPECT_EQ(read(file()), "new");
    EXPECT_EQ(files(), 1U);
    EXPECT_EQ(fs::status(file()).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(SnapshotFile, WithoutACommitNothingIsLeft) {
    std::ofstream(file()) << "old";
    {
        auto next = AtomicFile::create(file());
        write(*next, "half");
    }
    EXPECT_EQ(read(file()), "old");
    EXPECT_EQ(files(), 1U);
}

TEST_F(SnapshotFile, WhatAKilledProcessHasLeftIsWrittenOver) {
    std::ofstream(file().string() + ".new") << "much that was written before the end";
    auto next = AtomicFile::create(file());
    ASSERT_TRUE(next) << next.error().message;
    write(*next, "new");
    ASSERT_TRUE(next->commit());
    EXPECT_EQ(read(file()), "new");
}

TEST_F(SnapshotFile, TwoWritersDoNotMix) {
    const auto first = AtomicFile::create(file());
    ASSERT_TRUE(first);
    expect_failure(file(), "another process is writing");
}

TEST_F(SnapshotFile, MakesItsDirectoryButNoTree) {
    auto next = AtomicFile::create(directory() / "state" / "cache.snapshot");
    ASSERT_TRUE(next) << next.error().message;
    EXPECT_EQ(fs::status(directory() / "state").permissions(), fs::perms::owner_all);
    expect_failure(directory() / "no" / "such" / "cache.snapshot", "No such file or directory; make the directory");
}

TEST_F(SnapshotFile, ADirectoryThatIsAFile) {
    std::ofstream(directory() / "file") << "text";
    expect_failure(directory() / "file" / "cache.snapshot", "Not a directory");
}

TEST_F(SnapshotFile, ALinkInItsPlaceIsNotFollowed) {
    fs::create_symlink("/dev/null", file().string() + ".new");
    expect_failure(file(), "cannot create");
}

} // namespace
} // namespace fastpath::snapshot
