// SPDX-License-Identifier: Apache-2.0
// CapturedPackets: the reader of the perf events `captured`, in place of dns-fastpathctl; and the element of the map `capture`, which
// says whether packets are wanted, and which. Nobody captures before a test says so, nor after it.
#pragma once

#include "harness/octets.h"
#include "map_element.h"

#include <bpf/libbpf.h>
#include <cstring>
#include <dns_fastpath/capture.h>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

namespace fastpath::test {

struct CapturedPacket {
    fp_captured head;
    Octets octets;
};

class CapturedPackets {
  public:
    CapturedPackets() : buffer_(perf_buffer__new(map(), pages, take, nullptr, this, nullptr)) {
        if (!buffer_) {
            throw std::runtime_error("cannot make a perf buffer");
        }
        end();
    }
    ~CapturedPackets() { end(); }
    CapturedPackets(const CapturedPackets &) = delete;
    CapturedPackets &operator=(const CapturedPackets &) = delete;

    static void begin(const fp_capture_filter &filter, uint64_t until_ns) {
        put_element(
            "capture", uint32_t{0},
            fp_capture{
                .until_ns = until_ns, .window_start_ns = 0, .window_packets = 0, .above_rate = 0, .filter = filter});
    }
    static uint64_t above_rate() { return get_element<fp_capture>("capture", uint32_t{0}).above_rate; }

    // What came since the last call.
    std::vector<CapturedPacket> consume() {
        packets_.clear();
        perf_buffer__consume(buffer_.get());
        return std::move(packets_);
    }

  private:
    static constexpr size_t pages = 16;

    static void end() {
        const fp_capture none = {};
        const uint32_t zero = 0;
        bpf_map_update_elem(Loaded::instance().programs.map("capture"), &zero, &none, BPF_ANY);
    }

    static int map() { return Loaded::instance().programs.map("captured"); }

    static void take(void *self, int, void *data, uint32_t) { // what follows the octets is padding
        CapturedPacket packet = {};
        std::memcpy(&packet.head, data, sizeof(packet.head));
        const auto *const octets = static_cast<const uint8_t *>(data) + sizeof(packet.head);
        packet.octets.assign(octets, octets + packet.head.kept_len);
        static_cast<CapturedPackets *>(self)->packets_.push_back(std::move(packet));
    }

    struct Free {
        void operator()(perf_buffer *buffer) const { perf_buffer__free(buffer); }
    };
    std::unique_ptr<perf_buffer, Free> buffer_;
    std::vector<CapturedPacket> packets_;
};

} // namespace fastpath::test
