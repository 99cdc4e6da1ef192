// SPDX-License-Identifier: Apache-2.0
// RefreshWishes: the consumer of the ring buffer `refreshes`, in place of the daemon.
#pragma once

#include "bpf/ring_reader.h"
#include "loaded.h"

#include <cstring>
#include <dns_fastpath/events.h>
#include <stdexcept>
#include <vector>

namespace fastpath::test {

class RefreshWishes {
  public:
    RefreshWishes() {
        auto ring = RingReader::open(Loaded::instance().programs.map("refreshes"), "refreshes",
                                     [this](std::span<const std::byte> record) { take(record); });
        if (!ring) {
            throw std::runtime_error(ring.error().message);
        }
        ring_ = std::move(*ring);
    }

    // What came since the last call.
    std::vector<fp_refresh> consume() {
        wishes_.clear();
        ring_->consume();
        return wishes_;
    }

  private:
    void take(std::span<const std::byte> record) {
        fp_refresh wish = {};
        if (record.size() != sizeof(wish)) {
            throw std::runtime_error("a record of " + std::to_string(record.size()) + " octets");
        }
        std::memcpy(&wish, record.data(), sizeof(wish));
        wishes_.push_back(wish);
    }

    std::unique_ptr<RingReader> ring_;
    std::vector<fp_refresh> wishes_;
};

} // namespace fastpath::test
