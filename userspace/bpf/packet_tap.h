// SPDX-License-Identifier: Apache-2.0
// PacketTap: has the programs hand over packets as they came and as they left (bpf/lib/capture.h). It ends with this object; where
// the process was killed, by itself after FP_CAPTURE_LEASE_NS.
#pragma once

#include "bpf/mapped_memory.h"
#include "util/result.h"
#include "util/unique_fd.h"

#include <cstdint>
#include <dns_fastpath/capture.h>
#include <functional>
#include <memory>
#include <span>

struct perf_buffer;

namespace fastpath {

class PacketTap {
  public:
    using Take = std::function<void(const fp_captured &head, std::span<const uint8_t> octets)>;

    // Descriptors of the maps `capture` and `captured`. Refused where another one is open: there is one filter.
    static Result<std::unique_ptr<PacketTap>> open(int capture_fd, UniqueFd captured, const fp_capture_filter &filter,
                                                   Take take);
    ~PacketTap();
    PacketTap(const PacketTap &) = delete;
    PacketTap &operator=(const PacketTap &) = delete;

    [[nodiscard]] int poll_fd() const;
    // Hands over what has come, and says that this is still here: to be called each second at least.
    Result<> consume();

    [[nodiscard]] uint64_t above_rate() const;
    [[nodiscard]] uint64_t lost() const { return lost_; } // for lack of room

  private:
    struct Close {
        void operator()(perf_buffer *buffer) const;
    };

    explicit PacketTap(MappedMemory memory, Take take) : memory_(std::move(memory)), take_(std::move(take)) {}
    [[nodiscard]] fp_capture &shared() const { return *reinterpret_cast<fp_capture *>(memory_.data()); }
    Result<> claim(const fp_capture_filter &filter);
    void prolong() const;

    MappedMemory memory_;
    Take take_;
    UniqueFd captured_; // the kernel takes the events out of the map when this descriptor is closed
    std::unique_ptr<perf_buffer, Close> buffer_;
    bool is_claimed_ = false;
    uint64_t lost_ = 0;
};

} // namespace fastpath
