// SPDX-License-Identifier: Apache-2.0
// AtomicFile: takes the place of a file as a whole, or not at all: written beside it, flushed to the disk, then renamed.
#pragma once

#include "util/result.h"
#include "util/unique_fd.h"

#include <filesystem>

namespace fastpath::snapshot {

class AtomicFile {
  public:
    // Makes the directory, if only that is missing. Fails where another process is writing the same file.
    static Result<AtomicFile> create(const std::filesystem::path &path);

    AtomicFile(AtomicFile &&other) noexcept = default;
    AtomicFile &operator=(AtomicFile &&other) = delete;
    AtomicFile(const AtomicFile &) = delete;
    AtomicFile &operator=(const AtomicFile &) = delete;
    // Leaves nothing behind unless it was committed.
    ~AtomicFile();

    [[nodiscard]] int fd() const { return fd_.get(); }
    Result<> commit();

  private:
    AtomicFile(std::filesystem::path path, UniqueFd fd) : path_(std::move(path)), fd_(std::move(fd)) {}

    std::filesystem::path path_;
    UniqueFd fd_; // empty once it was committed, or moved from
};

} // namespace fastpath::snapshot
