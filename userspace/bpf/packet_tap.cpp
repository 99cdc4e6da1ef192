// SPDX-License-Identifier: Apache-2.0
#include "bpf/packet_tap.h"

#include "util/clock.h"

#include <atomic>
#include <bpf/libbpf.h>
#include <cstring>

namespace fastpath {

namespace {

constexpr size_t pages_per_cpu = 256; // 1 MiB: a quarter of a second at 1,000 packets of the largest size

} // namespace

void PacketTap::Close::operator()(perf_buffer *buffer) const {
    perf_buffer__free(buffer);
}

Result<std::unique_ptr<PacketTap>> PacketTap::open(int capture_fd, UniqueFd captured, const fp_capture_filter &filter,
                                                   Take take) {
    Result<MappedMemory> memory = MappedMemory::of_map(capture_fd, sizeof(fp_capture), "capture");
    if (!memory) {
        return tl::unexpected(memory.error());
    }
    std::unique_ptr<PacketTap> tap(new PacketTap(std::move(*memory), std::move(take)));
    const auto on_sample = [](void *context, int, void *data, uint32_t) {
        fp_captured head = {};
        std::memcpy(&head, data, sizeof(head));
        const auto *const octets = static_cast<const uint8_t *>(data) + sizeof(head);
        static_cast<PacketTap *>(context)->take_(head, {octets, head.kept_len}); // padding may follow
    };
    const auto on_loss = [](void *context, int, unsigned long long count) {
        static_cast<PacketTap *>(context)->lost_ += count;
    };
    tap->captured_ = std::move(captured);
    tap->buffer_.reset(perf_buffer__new(tap->captured_.get(), pages_per_cpu, on_sample, on_loss, tap.get(), nullptr));
    if (!tap->buffer_) {
        return fail_errno("cannot make a buffer for the packets");
    }
    if (Result<> claimed = tap->claim(filter); !claimed) {
        return tl::unexpected(claimed.error());
    }
    return tap;
}

// Whose time has run out was killed. The programs look at the filter only while the time runs.
Result<> PacketTap::claim(const fp_capture_filter &filter) {
    const std::atomic_ref<__u64> until(shared().until_ns);
    __u64 earlier = until.load();
    if (monotonic_ns() < earlier || !until.compare_exchange_strong(earlier, 1)) {
        return fail("another capture goes on; one that was killed ends within 3 s");
    }
    is_claimed_ = true;
    shared().filter = filter;
    shared().above_rate = 0;
    prolong();
    return {};
}

void PacketTap::prolong() const {
    std::atomic_ref<__u64>(shared().until_ns).store(monotonic_ns() + FP_CAPTURE_LEASE_NS, std::memory_order_release);
}

PacketTap::~PacketTap() {
    if (is_claimed_) {
        std::atomic_ref<__u64>(shared().until_ns).store(0);
    }
}

int PacketTap::poll_fd() const {
    return perf_buffer__epoll_fd(buffer_.get());
}

Result<> PacketTap::consume() {
    prolong();
    if (const int code = -perf_buffer__consume(buffer_.get()); code > 0) {
        return fail_errno("cannot read the packets", code);
    }
    return {};
}

uint64_t PacketTap::above_rate() const {
    return std::atomic_ref<__u64>(shared().above_rate).load();
}

} // namespace fastpath
