// SPDX-License-Identifier: Apache-2.0
// Which process the daemon of a pin directory is: the one that holds the lock of it. Its number alone, as the map `meta` has
// it, may be another process's by now.
#pragma once

#include "ctl/pinned.h"
#include "util/result.h"
#include "util/unique_fd.h"

#include <istream>
#include <optional>
#include <sys/stat.h>
#include <sys/types.h>

namespace fastpath::ctl {

// Who has an exclusive flock() on that file, by lines of /proc/locks.
std::optional<pid_t> lock_holder(std::istream &locks, dev_t device, ino_t inode);

// A descriptor of the process (pidfd_open(2)), which stays that process's; nullopt where no daemon runs.
Result<std::optional<UniqueFd>> find_daemon(const Pinned &pinned);

} // namespace fastpath::ctl
