// SPDX-License-Identifier: Apache-2.0
#include "snapshot/atomic_file.h"

#include "util/is_at.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

namespace fastpath::snapshot {

namespace fs = std::filesystem;

namespace {

// One name, so that what a killed process leaves is written over by the next one.
fs::path beside(const fs::path &path) {
    return path.string() + ".new";
}

fs::path directory_of(const fs::path &path) {
    return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

const char *advice(int code) {
    switch (code) {
    case ENOENT:
    case ENOTDIR:
        return "; make the directory, or name a file elsewhere";
    case EACCES:
    case EPERM:
    case EROFS:
        return "; make the directory writable for this user, or name a file elsewhere";
    case ENOSPC:
    case EDQUOT:
        return "; make room there, or name a file elsewhere";
    default:
        return "";
    }
}

tl::unexpected<Error> fail_with_advice(const std::string &what) {
    const int code = errno;
    auto error = fail_errno(what, code);
    error.value().message += advice(code);
    return error;
}

} // namespace

Result<AtomicFile> AtomicFile::create(const fs::path &path) {
    const fs::path name = beside(path);
    const fs::path directory = directory_of(path);
    ::mkdir(directory.c_str(), S_IRWXU); // names of clients' questions will be in there; if it fails, open() says why
    UniqueFd fd(::open(name.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR));
    if (!fd) {
        return fail_with_advice("cannot create " + name.string());
    }
    // Renamed by another process between our open() and our lock, it is not ours to write to.
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0 || !is_at(fd.get(), name)) {
        return fail("another process is writing " + path.string() + "; try again when it is done");
    }
    if (::ftruncate(fd.get(), 0) != 0) {
        return fail_with_advice("cannot write " + name.string());
    }
    return AtomicFile(path, std::move(fd));
}

AtomicFile::~AtomicFile() {
    if (fd_) {
        ::unlink(beside(path_).c_str());
    }
}

Result<> AtomicFile::commit() {
    const fs::path name = beside(path_);
    if (::fsync(fd_.get()) != 0) {
        return fail_with_advice("cannot write " + name.string() + " to the disk");
    }
    if (::rename(name.c_str(), path_.c_str()) != 0) {
        return fail_with_advice("cannot rename " + name.string() + " to " + path_.string());
    }
    fd_.reset();
    // The rename itself is on the disk when the directory is. If that fails, a power cut may bring back the file of before.
    const UniqueFd directory(::open(directory_of(path_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    ::fsync(directory.get());
    return {};
}

} // namespace fastpath::snapshot
