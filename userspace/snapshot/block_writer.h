// SPDX-License-Identifier: Apache-2.0
// BlockWriter: a snapshot as it goes to a file, a pipe or a terminal of any kind: preamble, then blocks with their CRCs.
#pragma once

#include "snapshot/format.h"
#include "util/result.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace fastpath::snapshot {

class BlockWriter {
  public:
    // The descriptor stays its owner's; `name` is for errors.
    BlockWriter(int fd, std::string name) : fd_(fd), name_(std::move(name)) {}

    Result<> begin(const Head &head);
    Result<> add(const Record &record);
    Result<> end();

    [[nodiscard]] uint64_t answers() const { return answers_; }
    [[nodiscard]] uint64_t bytes() const { return bytes_; }

  private:
    Result<> write_block(BlockKind kind, uint32_t records, std::span<const uint8_t> payload);
    Result<> write_answers();
    Result<> write(std::span<const uint8_t> octets);

    int fd_;
    std::string name_;
    std::vector<uint8_t> payload_;
    uint32_t records_ = 0; // in payload_
    uint64_t answers_ = 0;
    uint64_t bytes_ = 0;
};

} // namespace fastpath::snapshot
