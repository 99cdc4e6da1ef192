// SPDX-License-Identifier: Apache-2.0
// LearnedRing: the consumer of the ring buffer `learned`, in place of the daemon.
#pragma once

#include "harness/octets.h"
#include "loaded.h"

#include <bpf/libbpf.h>
#include <cstring>
#include <dns_fastpath/events.h>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

namespace fastpath::test {

struct Learned {
    fp_learned head;
    Octets message;
};

class LearnedRing {
  public:
    LearnedRing() : ring_(ring_buffer__new(Loaded::instance().programs.map("learned"), take, this, nullptr)) {
        if (!ring_) {
            throw std::runtime_error("cannot map the ring buffer");
        }
    }

    // What came since the last call.
    std::vector<Learned> consume() {
        events_.clear();
        ring_buffer__consume(ring_.get());
        return std::move(events_);
    }

  private:
    static int take(void *self, void *data, size_t size) {
        Learned event = {};
        std::memcpy(&event.head, data, sizeof(event.head));
        const auto *const message = static_cast<const uint8_t *>(data) + sizeof(event.head);
        event.message.assign(message, message + (size - sizeof(event.head)));
        static_cast<LearnedRing *>(self)->events_.push_back(std::move(event));
        return 0;
    }

    struct Free {
        void operator()(ring_buffer *ring) const { ring_buffer__free(ring); }
    };
    std::unique_ptr<ring_buffer, Free> ring_;
    std::vector<Learned> events_;
};

} // namespace fastpath::test
