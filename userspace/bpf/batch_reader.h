// SPDX-License-Identifier: Apache-2.0
// BatchReader: every element of a hash map, in a few system calls instead of two for each.
#pragma once

#include <bpf/bpf.h>
#include <cerrno>
#include <cstdint>
#include <utility>
#include <vector>

namespace fastpath {

template <class Key, class Value> class BatchReader {
  public:
    // The descriptor stays its owner's.
    explicit BatchReader(int map_fd) : map_fd_(map_fd), keys_(size), values_(size) {}

    // One that is added or removed meanwhile is seen or not.
    template <class Visit> void for_each(Visit visit) {
        uint64_t position = 0; // the kernel's: where the next batch begins
        bool is_last = false;
        for (bool is_first = true; !is_last; is_first = false) {
            uint32_t count = size;
            const int code = bpf_map_lookup_batch(map_fd_, is_first ? nullptr : &position, &position, keys_.data(),
                                                  values_.data(), &count, nullptr);
            is_last = code != 0; // ENOENT: this was the rest; anything else: no more today
            if (code != 0 && errno != ENOENT) {
                return;
            }
            for (uint32_t i = 0; i < count; i++) {
                visit(std::as_const(keys_[i]), std::as_const(values_[i]));
            }
        }
    }

  private:
    static constexpr uint32_t size =
        4096; // more than a bucket of the map ever holds, which a batch must take as a whole

    int map_fd_;
    std::vector<Key> keys_;
    std::vector<Value> values_;
};

} // namespace fastpath
