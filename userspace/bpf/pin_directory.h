// SPDX-License-Identifier: Apache-2.0
// PinDirectory: the place in bpffs where maps and links are pinned, and the lock that lets one daemon use it at a time.
#pragma once

#include "util/result.h"
#include "util/unique_fd.h"

#include <dns_fastpath/abi.h>
#include <filesystem>
#include <optional>

namespace fastpath {

class PinDirectory {
  public:
    // For the daemon: mounts bpffs if /sys/fs/bpf is none, makes the directory, takes the lock. Waits up to 3 s for a
    // daemon that is being stopped.
    static Result<PinDirectory> acquire(const std::filesystem::path &path);

    // For dns-fastpathctl: only what is there. nullopt where nothing is pinned.
    static std::optional<PinDirectory> open(const std::filesystem::path &path);

    [[nodiscard]] const std::filesystem::path &path() const { return path_; }
    [[nodiscard]] std::filesystem::path map(std::string_view name) const { return path_ / name; }
    [[nodiscard]] std::filesystem::path links() const { return path_ / "links"; }

    // The descriptor of a pinned map.
    [[nodiscard]] Result<UniqueFd> open_map(std::string_view name) const;

    // Pins a program, in place of the one that an earlier daemon pinned under that name.
    Result<> pin_program(std::string_view name, int program) const;
    [[nodiscard]] Result<UniqueFd> open_program(std::string_view name) const;

    // The `meta` element; nullopt where nothing is pinned; an error where the pins are of another ABI version.
    [[nodiscard]] Result<std::optional<fp_meta>> read_meta() const;

    // Does a daemon hold the lock?
    [[nodiscard]] bool in_use() const;

    // Removes the pins of maps, for a start from nothing; the directory and its lock stay.
    Result<> clear();

    // Removes all pins, and the directory where it is no mount point. Maps live on while a program uses them.
    Result<> remove();

  private:
    explicit PinDirectory(std::filesystem::path path) : path_(std::move(path)) {}

    std::filesystem::path path_;
    UniqueFd lock_;
};

} // namespace fastpath
