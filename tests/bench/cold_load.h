// SPDX-License-Identifier: Apache-2.0
// ColdLoad: what a load costs whose address is the result of the load before, in so much memory: by following a chain through
// all its cache lines, in random order. The measure for a cache that is larger than the CPU's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace fastpath::test {

class ColdLoad {
  public:
    explicit ColdLoad(size_t octets);
    ~ColdLoad();
    ColdLoad(const ColdLoad &) = delete;
    ColdLoad &operator=(const ColdLoad &) = delete;

    // CPU time of this thread for one. Goes on where the last call ended.
    [[nodiscard]] double measure_ns(uint32_t loads);

  private:
    struct alignas(64) Line {
        uint32_t next;
    };
    std::span<Line> lines_;
    uint32_t at_ = 0;
};

} // namespace fastpath::test
