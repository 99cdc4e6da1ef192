// SPDX-License-Identifier: Apache-2.0
#include "ctl/pcapng.h"

namespace fastpath::ctl {

namespace {

// Sections 4.1 to 4.3.
enum BlockType : uint32_t { section_block = 0x0A0D0D0A, interface_block = 1, enhanced_packet_block = 6 };
constexpr uint32_t byte_order_magic = 0x1A2B3C4D;
constexpr uint16_t link_type_ethernet = 1;

// Options: of all blocks (3.5), of interfaces (4.2), of packets (4.3).
enum Option : uint16_t {
    end_of_options = 0,
    comment_option = 1,
    interface_name = 2,
    time_resolution = 9,
    packet_flags = 2,
    packet_verdict = 7
};
constexpr uint8_t nanoseconds = 9; // 10^-9 s
constexpr uint32_t inbound = 1;
constexpr uint32_t outbound = 2;
constexpr uint8_t verdict_of_xdp = 2; // eight octets follow

class Block {
  public:
    explicit Block(uint32_t type) { number(type).number(uint32_t{0}); } // the length comes last

    template <class Number> Block &number(Number value) {
        octets_.append(reinterpret_cast<const char *>(&value), sizeof(value));
        return *this;
    }

    // Fields begin at multiples of four octets.
    Block &padded(std::string_view octets) {
        octets_.append(octets);
        octets_.append((4 - octets.size() % 4) % 4, '\0');
        return *this;
    }

    Block &option(Option code, std::string_view value) {
        return number(static_cast<uint16_t>(code)).number(static_cast<uint16_t>(value.size())).padded(value);
    }

    std::string finish() {
        const auto length = static_cast<uint32_t>(octets_.size() + sizeof(uint32_t));
        number(length);
        octets_.replace(sizeof(uint32_t), sizeof(length), reinterpret_cast<const char *>(&length), sizeof(length));
        return std::move(octets_);
    }

  private:
    std::string octets_;
};

template <class Number> std::string_view octets_of(const Number &number) {
    return {reinterpret_cast<const char *>(&number), sizeof(number)};
}

} // namespace

std::string pcapng_header() {
    constexpr int64_t unknown_length = -1;
    Block block(section_block);
    block.number(byte_order_magic).number(uint16_t{1}).number(uint16_t{0}).number(unknown_length);
    return block.finish();
}

std::string pcapng_interface(const std::string &name, uint32_t snap_len) {
    Block block(interface_block);
    block.number(link_type_ethernet).number(uint16_t{0}).number(snap_len);
    block.option(interface_name, name).option(time_resolution, octets_of(nanoseconds)).option(end_of_options, "");
    return block.finish();
}

std::string pcapng_packet(const PcapngPacket &packet, std::span<const uint8_t> octets) {
    const uint32_t direction = packet.is_leaving ? outbound : inbound;
    std::string verdict(octets_of(verdict_of_xdp));
    verdict += octets_of(packet.xdp_verdict);
    Block block(enhanced_packet_block);
    block.number(packet.interface);
    block.number(static_cast<uint32_t>(packet.time_ns >> 32)).number(static_cast<uint32_t>(packet.time_ns));
    block.number(static_cast<uint32_t>(octets.size())).number(packet.len);
    block.padded({reinterpret_cast<const char *>(octets.data()), octets.size()});
    block.option(packet_flags, octets_of(direction)).option(packet_verdict, verdict);
    block.option(comment_option, packet.comment).option(end_of_options, "");
    return block.finish();
}

} // namespace fastpath::ctl
