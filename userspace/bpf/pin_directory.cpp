// SPDX-License-Identifier: Apache-2.0
#include "bpf/pin_directory.h"

#include "util/is_at.h"

#include <algorithm>
#include <bpf/bpf.h>
#include <chrono>
#include <cstring>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <thread>

namespace fastpath {

namespace fs = std::filesystem;

namespace {

constexpr const char *bpffs = "/sys/fs/bpf";

bool is_bpffs(const fs::path &path) {
    struct statfs info = {};
    return ::statfs(path.c_str(), &info) == 0 && static_cast<unsigned long>(info.f_type) == BPF_FS_MAGIC;
}

// The directory itself; what is in it waits for the lock, for a daemon that stops may be emptying it. One that is there already may
// be all that a service sees of bpffs: see packaging/systemd/dns-fastpath.service.
Result<> make_directory(const fs::path &path) {
    if (is_bpffs(path)) {
        return {};
    }
    if (path.string().starts_with(bpffs) && !is_bpffs(bpffs) && ::mount("bpf", bpffs, "bpf", 0, "mode=0700") != 0) {
        return fail_errno("no BPF file system at /sys/fs/bpf, and mounting one failed (mount -t bpf bpf /sys/fs/bpf)");
    }
    std::error_code code;
    fs::create_directories(path, code);
    if (code) {
        return fail("cannot make the pin directory " + path.string() + ": " + code.message() +
                    (code.value() == EPERM || code.value() == EACCES ? "; run as root" : ""));
    }
    return {};
}

Result<> prepare_directory(const fs::path &path) {
    if (!is_bpffs(path)) {
        return fail("the pin directory " + path.string() + " is not on a BPF file system; put it below /sys/fs/bpf");
    }
    std::error_code code;
    fs::permissions(path, fs::perms::owner_all, code); // the maps hold client names and the hash key
    fs::create_directory(path / "links", code);
    if (code) {
        return fail("cannot make the pin directory " + (path / "links").string() + ": " + code.message());
    }
    return {};
}

// A daemon holds the lock as long as it lives, and a while after it was told to stop; `dns-fastpathctl status` holds a
// shared one for an instant.
bool lock_until(int fd, std::chrono::steady_clock::time_point deadline) {
    constexpr std::chrono::milliseconds pause(50);
    while (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK || std::chrono::steady_clock::now() >= deadline) {
            return false;
        }
        std::this_thread::sleep_for(pause);
    }
    return true;
}

// The locked directory; none where it was removed meanwhile.
Result<UniqueFd> open_locked(const fs::path &path, std::chrono::steady_clock::time_point deadline) {
    if (Result<> made = make_directory(path); !made) {
        return tl::unexpected(made.error());
    }
    UniqueFd lock(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!lock) {
        if (errno == ENOENT) {
            return UniqueFd();
        }
        return fail_errno("cannot open the pin directory " + path.string());
    }
    if (!lock_until(lock.get(), deadline)) {
        if (errno == EWOULDBLOCK) {
            return fail("another dns-fastpathd uses the pins in " + path.string() +
                        "; stop it first, or give this one --pins of its own");
        }
        return fail_errno("cannot lock the pin directory " + path.string());
    }
    // A daemon that stops removes it, lock and all.
    return is_at(lock.get(), path) ? std::move(lock) : UniqueFd();
}

} // namespace

Result<PinDirectory> PinDirectory::acquire(const fs::path &path) {
    constexpr std::chrono::seconds patience(3); // a daemon that is being stopped needs about two
    const auto deadline = std::chrono::steady_clock::now() + patience;
    PinDirectory directory(path);
    while (!directory.lock_) {
        Result<UniqueFd> lock = open_locked(path, deadline);
        if (!lock) {
            return tl::unexpected(lock.error());
        }
        directory.lock_ = std::move(*lock);
    }
    if (Result<> ready = prepare_directory(path); !ready) {
        return tl::unexpected(ready.error());
    }
    return directory;
}

std::optional<PinDirectory> PinDirectory::open(const fs::path &path) {
    std::error_code code;
    if (!fs::exists(path / "meta", code)) {
        return std::nullopt;
    }
    return PinDirectory(path);
}

Result<UniqueFd> PinDirectory::open_map(std::string_view name) const {
    UniqueFd fd(bpf_obj_get(map(name).c_str()));
    if (!fd) {
        return fail_errno("cannot open the pinned map " + map(name).string());
    }
    return fd;
}

// At once: there is always one under the name.
Result<> PinDirectory::pin_program(std::string_view name, int program) const {
    const fs::path pin = path_ / name;
    const fs::path next = path_ / (std::string(name) + "_next");
    std::error_code code;
    fs::remove(next, code);
    if (bpf_obj_pin(program, next.c_str()) != 0) {
        return fail_errno("cannot pin the program " + pin.string());
    }
    fs::rename(next, pin, code);
    if (code) {
        return fail("cannot pin the program " + pin.string() + ": " + code.message());
    }
    return {};
}

Result<UniqueFd> PinDirectory::open_program(std::string_view name) const {
    UniqueFd fd(bpf_obj_get((path_ / name).c_str()));
    if (!fd) {
        return fail_errno("cannot open the pinned program " + (path_ / name).string());
    }
    return fd;
}

Result<std::optional<fp_meta>> PinDirectory::read_meta() const {
    std::error_code code;
    if (!fs::exists(map("meta"), code)) {
        return std::nullopt;
    }
    const Result<UniqueFd> fd = open_map("meta");
    if (!fd) {
        return tl::unexpected(fd.error());
    }
    // The version is the first field of every version's element; the rest is only read when it is ours.
    bpf_map_info info = {};
    uint32_t info_size = sizeof(info);
    if (bpf_obj_get_info_by_fd(fd->get(), &info, &info_size) != 0) {
        return fail_errno("cannot read the properties of " + map("meta").string());
    }
    std::string element(std::max<size_t>(info.value_size, sizeof(fp_meta)), '\0');
    const uint32_t zero = 0;
    if (bpf_map_lookup_elem(fd->get(), &zero, element.data()) != 0) {
        return fail_errno("cannot read " + map("meta").string());
    }
    fp_meta meta = {};
    std::memcpy(&meta, element.data(), sizeof(meta));
    if (meta.abi_version == 0) {
        return std::nullopt; // a daemon died before it had written anything there
    }
    if (meta.abi_version != FP_ABI_VERSION || info.value_size != sizeof(fp_meta)) {
        return fail(
            "the pins in " + path_.string() + " are of ABI version " + std::to_string(meta.abi_version) +
            ", this program is of version " + std::to_string(FP_ABI_VERSION) +
            "; with the matching dns-fastpathctl, save the cache if it is to be kept (`cache save`), then remove "
            "the pins (`detach`)");
    }
    return meta;
}

bool PinDirectory::in_use() const {
    const UniqueFd fd(::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    return fd && ::flock(fd.get(), LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

Result<> PinDirectory::clear() {
    std::error_code code;
    for (const auto &pin : fs::directory_iterator(path_, code)) {
        if (!pin.is_directory()) {
            fs::remove(pin.path(), code);
        }
        if (code) {
            return fail("cannot remove the pin " + pin.path().string() + ": " + code.message());
        }
    }
    return {};
}

Result<> PinDirectory::remove() {
    std::error_code code;
    for (const auto &pin : fs::directory_iterator(path_, code)) {
        if (!code) {
            fs::remove_all(pin.path(), code);
        }
    }
    if (code && code != std::errc::no_such_file_or_directory) {
        return fail("cannot remove the pins in " + path_.string() + ": " + code.message());
    }
    fs::remove(path_, code); // one that a service manager has mounted stays, empty
    return {};
}

} // namespace fastpath
