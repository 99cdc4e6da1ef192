// SPDX-License-Identifier: Apache-2.0
#include "bpf/ring_reader.h"

#include <bpf/libbpf.h>
#include <spdlog/spdlog.h>

namespace fastpath {

namespace {

// A few milliseconds' worth.
constexpr int records_per_turn = 4096;

} // namespace

void RingReader::Free::operator()(ring_buffer *ring) const {
    ring_buffer__free(ring);
}

RingReader::~RingReader() = default;

Result<std::unique_ptr<RingReader>> RingReader::open(int map_fd, std::string name, Record record) {
    std::unique_ptr<RingReader> reader(new RingReader(std::move(name), std::move(record)));
    const auto take = [](void *context, void *data, size_t size) {
        auto *const self = static_cast<RingReader *>(context);
        self->record_({static_cast<const std::byte *>(data), size});
        return --self->turn_left_ > 0 ? 0 : -EAGAIN; // ends the turn; this record is consumed all the same
    };
    reader->ring_.reset(ring_buffer__new(map_fd, take, reader.get(), nullptr));
    if (!reader->ring_) {
        return fail_errno("cannot open the ring buffer `" + reader->name_ + "`");
    }
    return reader;
}

int RingReader::poll_fd() const {
    return ring_buffer__epoll_fd(ring_.get());
}

void RingReader::consume() {
    turn_left_ = records_per_turn;
    if (const int code = ring_buffer__consume(ring_.get()); code < 0 && code != -EAGAIN) {
        spdlog::error("cannot read the ring buffer `{}`: {}", name_, std::generic_category().message(-code));
    }
}

} // namespace fastpath
