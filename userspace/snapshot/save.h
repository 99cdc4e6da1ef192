// SPDX-License-Identifier: Apache-2.0
// Writes what the cache holds as a snapshot, beside the cache's writer: answers are copied out one by one, each as a whole.
#pragma once

#include "cache/answer_table.h"
#include "util/result.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

namespace fastpath::snapshot {

struct SaveSettings {
    std::map<std::string, uint16_t> views; // answers of others are left out
    uint32_t stale_max_age = 0;            // seconds; the dead are left out
};

struct Saved {
    uint64_t answers = 0;
    uint64_t bytes = 0;
};

// To a descriptor that stays its owner's; `name` is for errors.
Result<Saved> save_to(int fd, const std::string &name, AnswerMemory &memory, const SaveSettings &settings);

// In place of what the file held before; that stays where it fails.
Result<Saved> save_to_file(const std::filesystem::path &path, AnswerMemory &memory, const SaveSettings &settings);

} // namespace fastpath::snapshot
