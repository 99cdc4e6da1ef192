// SPDX-License-Identifier: Apache-2.0
#include "ctl/daemon_process.h"

#include <array>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

namespace fastpath::ctl {

namespace {

// As fs/locks.c, lock_get_status() prints it.
std::string file_in_locks(dev_t device, ino_t inode) {
    std::array<char, 64> text = {};
    std::snprintf(text.data(), text.size(), "%02x:%02x:%lu", major(device), minor(device),
                  static_cast<unsigned long>(inode));
    return text.data();
}

} // namespace

// "7: FLOCK  ADVISORY  WRITE 1234 00:1d:5678 0 EOF"; who waits for a lock has "->" in front of FLOCK.
std::optional<pid_t> lock_holder(std::istream &locks, dev_t device, ino_t inode) {
    const std::string wanted = file_in_locks(device, inode);
    for (std::string line; std::getline(locks, line);) {
        std::istringstream words(line);
        std::string number;
        std::string kind;
        std::string enforcement;
        std::string access;
        pid_t pid = 0;
        std::string file;
        words >> number >> kind >> enforcement >> access >> pid >> file;
        if (words && kind == "FLOCK" && access == "WRITE" && file == wanted) {
            return pid;
        }
    }
    return std::nullopt;
}

Result<std::optional<UniqueFd>> find_daemon(const Pinned &pinned) {
    if (!pinned.directory.in_use()) {
        return std::nullopt;
    }
    const auto pid = static_cast<pid_t>(pinned.meta.daemon_pid);
    UniqueFd process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    // Asked for after the descriptor was made: if this number has the lock now, the descriptor is of that process.
    struct stat directory = {};
    std::ifstream locks("/proc/locks");
    if (::stat(pinned.directory.path().c_str(), &directory) != 0 || !locks) {
        return fail_errno("cannot see who holds the lock of " + pinned.directory.path().string());
    }
    const std::optional<pid_t> holder = lock_holder(locks, directory.st_dev, directory.st_ino);
    if (!process || !holder || *holder != pid) {
        return fail("the lock of " + pinned.directory.path().string() + " is held by " +
                    (holder ? "process " + std::to_string(*holder) : "another process") +
                    ", and not by the daemon that wrote itself down there (" + std::to_string(pid) +
                    "): it starts or stops just now, or lives in another PID namespace");
    }
    return process;
}

} // namespace fastpath::ctl
