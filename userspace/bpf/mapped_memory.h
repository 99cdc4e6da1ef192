// SPDX-License-Identifier: Apache-2.0
// MappedMemory: the move-only owner of a shared mapping of a map's values (BPF_F_MMAPABLE). The mapping keeps the map alive.
#pragma once

#include "util/result.h"

#include <cstddef>
#include <sys/mman.h>
#include <unistd.h>
#include <utility>

namespace fastpath {

class MappedMemory {
  public:
    MappedMemory() = default;
    MappedMemory(MappedMemory &&other) noexcept
        : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
    MappedMemory &operator=(MappedMemory &&other) noexcept {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        return *this;
    }
    MappedMemory(const MappedMemory &) = delete;
    MappedMemory &operator=(const MappedMemory &) = delete;
    ~MappedMemory() {
        if (data_ != nullptr) {
            ::munmap(data_, size_);
        }
    }

    static Result<MappedMemory> of_map(int map_fd, size_t size, const char *map_name) {
        const auto page = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
        const size_t whole = (size + page - 1) / page * page;
        void *const data = ::mmap(nullptr, whole, PROT_READ | PROT_WRITE, MAP_SHARED, map_fd, 0);
        if (data == MAP_FAILED) {
            return fail_errno(std::string("cannot map the memory of BPF map ") + map_name);
        }
        MappedMemory memory;
        memory.data_ = static_cast<std::byte *>(data);
        memory.size_ = whole;
        return memory;
    }

    [[nodiscard]] std::byte *data() const { return data_; }

  private:
    std::byte *data_ = nullptr;
    size_t size_ = 0;
};

} // namespace fastpath
