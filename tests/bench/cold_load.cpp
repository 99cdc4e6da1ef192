// SPDX-License-Identifier: Apache-2.0
#include "cold_load.h"

#include "popularity.h"
#include "util/clock.h"

#include <algorithm>
#include <cerrno>
#include <sys/mman.h>
#include <system_error>
#include <utility>

namespace fastpath::test {

// In small pages, as the maps are.
ColdLoad::ColdLoad(size_t octets) {
    const size_t count = std::max<size_t>(octets / sizeof(Line), 2);
    void *const memory =
        ::mmap(nullptr, count * sizeof(Line), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED || ::madvise(memory, count * sizeof(Line), MADV_NOHUGEPAGE) != 0) {
        throw std::system_error(errno, std::generic_category(), "memory for the cold load");
    }
    lines_ = {static_cast<Line *>(memory), count};
    for (uint32_t i = 0; i < count; i++) {
        lines_[i].next = i;
    }
    Dice dice(1);
    for (auto last = static_cast<uint32_t>(count - 1); last > 0; last--) { // Sattolo: one cycle through all
        std::swap(lines_[last].next, lines_[UniformNames(last)(dice)].next);
    }
}

ColdLoad::~ColdLoad() {
    ::munmap(lines_.data(), lines_.size_bytes());
}

double ColdLoad::measure_ns(uint32_t loads) {
    const uint64_t start = clock_ns(CLOCK_THREAD_CPUTIME_ID);
    uint32_t at = at_;
    for (uint32_t i = 0; i < loads; i++) {
        at = lines_[at].next;
    }
    at_ = at;
    return static_cast<double>(clock_ns(CLOCK_THREAD_CPUTIME_ID) - start) / loads;
}

} // namespace fastpath::test
