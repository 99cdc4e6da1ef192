// SPDX-License-Identifier: Apache-2.0
// RingReader: the consumer of a BPF ring buffer.
#pragma once

#include "util/result.h"

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>

struct ring_buffer;

namespace fastpath {

class RingReader {
  public:
    using Record = std::function<void(std::span<const std::byte>)>;

    static Result<std::unique_ptr<RingReader>> open(int map_fd, std::string name, Record record);
    ~RingReader();
    RingReader(const RingReader &) = delete;
    RingReader &operator=(const RingReader &) = delete;

    [[nodiscard]] int poll_fd() const;

    // Takes out what waits in the ring, but no more than a turn's worth: timers and signals want theirs.
    void consume();

  private:
    struct Free {
        void operator()(ring_buffer *ring) const;
    };

    RingReader(std::string name, Record record) : name_(std::move(name)), record_(std::move(record)) {}

    std::string name_;
    Record record_;
    std::unique_ptr<ring_buffer, Free> ring_;
    int turn_left_ = 0;
};

} // namespace fastpath
