// SPDX-License-Identifier: Apache-2.0
// SnapshotReader: a snapshot file, checked from its first octet to its last before any answer is taken from it: a damaged one is
// refused as a whole. It knows blocks and records; whether an answer is still of use is restore.h's.
#pragma once

#include "snapshot/format.h"
#include "util/result.h"
#include "util/unique_fd.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace fastpath::snapshot {

class SnapshotReader {
  public:
    // Of a file from which can be read anywhere; `name` is for errors. Reads all of it, in pieces.
    static Result<SnapshotReader> open(UniqueFd fd, std::string name);

    [[nodiscard]] const Head &head() const { return head_; }
    [[nodiscard]] uint64_t answers() const { return answers_; }
    [[nodiscard]] uint64_t bytes() const { return at_end_; }

    // The next one; nullopt behind the last. Its message is valid until the next call.
    Result<std::optional<Record>> next();

  private:
    struct Block {
        BlockKind kind;
        uint32_t records;
        std::span<const uint8_t> payload;
    };

    SnapshotReader(UniqueFd fd, std::string name) : fd_(std::move(fd)), name_(std::move(name)) {}

    Result<> check();
    Result<> read_preamble();
    Result<> read_head();
    Result<> check_answers();
    Result<> check_end(const Block &end);
    Result<Block> read_block();
    // As many octets as there are, at most so many.
    Result<std::span<const uint8_t>> read(size_t octets);
    [[nodiscard]] tl::unexpected<Error> damaged(const std::string &what) const;

    UniqueFd fd_;
    std::string name_;
    uint64_t at_ = 0;
    uint64_t at_answers_ = 0;
    uint64_t at_end_ = 0;
    std::vector<uint8_t> buffer_;
    Head head_;
    uint64_t answers_ = 0;
    std::span<const uint8_t> rest_; // of the block that next() is in
};

} // namespace fastpath::snapshot
