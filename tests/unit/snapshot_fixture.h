// SPDX-License-Identifier: Apache-2.0
// What the tests of snapshots begin with: a cache in plain memory, snapshots in memory files, and clocks that they set.
#pragma once

#include "cache/answer_reader.h"
#include "snapshot/reader.h"
#include "snapshot/restore.h"
#include "snapshot/save.h"
#include "unit/ctl_heap_cache.h"
#include "util/clock.h"

#include <cstdint>
#include <gtest/gtest.h>
#include <limits>
#include <stdexcept>
#include <string>
#include <sys/mman.h>
#include <unistd.h>
#include <vector>

namespace fastpath::snapshot::test {

constexpr uint64_t second = FP_NSEC_PER_SEC;
constexpr uint32_t stale_max_age = 3600;

using Octets = std::vector<uint8_t>;

inline UniqueFd memory_file(const Octets &content = {}) {
    UniqueFd fd(::memfd_create("snapshot", MFD_CLOEXEC));
    if (!fd || ::write(fd.get(), content.data(), content.size()) != static_cast<ssize_t>(content.size())) {
        throw std::runtime_error("no memory file");
    }
    return fd;
}

inline Octets content_of(const UniqueFd &fd) {
    Octets content(static_cast<size_t>(::lseek(fd.get(), 0, SEEK_END)));
    if (::pread(fd.get(), content.data(), content.size(), 0) != static_cast<ssize_t>(content.size())) {
        throw std::runtime_error("the memory file cannot be read");
    }
    return content;
}

inline Result<SnapshotReader> open(const Octets &content) {
    return SnapshotReader::open(memory_file(content), "test.snapshot");
}

inline Moment now() {
    return {.monotonic_ns = monotonic_ns(), .realtime_ns = clock_ns(CLOCK_REALTIME)};
}

// Keeps every lifetime as it is.
inline RestoreSettings unbounded_settings() {
    constexpr uint32_t longest = std::numeric_limits<int32_t>::max();
    return {.policy = {.min_ttl = 0,
                       .max_ttl = longest,
                       .max_negative_ttl = longest,
                       .failure_ttl = 300,
                       .payload_size = 4096},
            .stale_max_age = stale_max_age,
            .views = {{"default", 0}},
            .hash_key = {9, 8, 7, 6, 5}};
}

struct Cache {
    Cache() {
        for (uint32_t c = 0; c < FP_ANSWER_CLASS_COUNT; c++) {
            EXPECT_TRUE(memory.grow(static_cast<fp_answer_class>(c)));
        }
        table.set_stale_max_age(stale_max_age);
    }

    void add(const Entry &entry) { ASSERT_TRUE(table.insert(entry, monotonic_ns())); }

    [[nodiscard]] Octets saved(const std::map<std::string, uint16_t> &views = {{"default", 0}}) {
        const UniqueFd file = memory_file();
        const Result<Saved> saved =
            save_to(file.get(), "test.snapshot", memory, {.views = views, .stale_max_age = stale_max_age});
        EXPECT_TRUE(saved) << saved.error().message;
        Octets content = content_of(file);
        EXPECT_EQ(saved->bytes, content.size());
        return content;
    }

    fastpath::test::HeapCache memory = fastpath::test::HeapCache(1024);
    AnswerTable table = AnswerTable(memory, 100'000);
};

// All that are still of use; fails where the snapshot is refused.
inline std::vector<Entry> restored(const Octets &content, const RestoreSettings &settings, const Moment &moment) {
    std::vector<Entry> entries;
    Result<SnapshotReader> reader = open(content);
    EXPECT_TRUE(reader) << reader.error().message;
    const Result<Restorer> restorer = Restorer::create(reader->head(), settings, moment);
    EXPECT_TRUE(restorer) << restorer.error().message;
    while (const auto record = reader->next().value()) {
        if (std::optional<Entry> entry = restorer->entry_of(*record)) {
            entries.push_back(std::move(*entry));
        }
    }
    return entries;
}

} // namespace fastpath::snapshot::test
