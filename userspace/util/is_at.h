// SPDX-License-Identifier: Apache-2.0
// Is an open file or directory still the one at its path? Between an open() and a lock, another process may have renamed or removed it.
#pragma once

#include <filesystem>
#include <sys/stat.h>

namespace fastpath {

inline bool is_at(int fd, const std::filesystem::path &path) {
    struct stat opened = {};
    struct stat named = {};
    return ::fstat(fd, &opened) == 0 && ::stat(path.c_str(), &named) == 0 && opened.st_ino == named.st_ino &&
           opened.st_dev == named.st_dev;
}

} // namespace fastpath
