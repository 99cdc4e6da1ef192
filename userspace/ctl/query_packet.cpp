// SPDX-License-Identifier: Apache-2.0
#include "ctl/query_packet.h"

#include "dns/byte_order.h"

#include <dns_fastpath/dns_wire.h>
#include <linux/if_ether.h>
#include <netinet/in.h>

namespace fastpath::ctl {

namespace {

constexpr size_t ipv4_header = 20;
constexpr size_t ipv6_header = 40;
constexpr size_t udp_header = 8;
constexpr uint8_t hop_limit = 64;

// Writes one field after the other, in network byte order.
class Writer {
  public:
    Writer &u8(uint8_t value) {
        octets_.push_back(value);
        return *this;
    }
    Writer &u16(size_t value) { return u8(static_cast<uint8_t>(value >> 8)).u8(static_cast<uint8_t>(value)); }
    Writer &append(std::span<const uint8_t> octets) {
        octets_.insert(octets_.end(), octets.begin(), octets.end());
        return *this;
    }
    std::vector<uint8_t> take() { return std::move(octets_); }

  private:
    std::vector<uint8_t> octets_;
};

// The address as its family writes it.
std::span<const uint8_t> octets_of(const IpAddress &address) {
    const std::span<const uint8_t> octets(address.octets);
    return address.is_ipv4() ? octets.last(4) : octets;
}

// RFC 1071; as it stands in a header.
uint16_t checksum(std::span<const uint8_t> octets, uint32_t sum = 0) {
    for (size_t at = 0; at < octets.size(); at += 2) {
        sum += static_cast<uint32_t>(octets[at] << 8) + (at + 1 < octets.size() ? octets[at + 1] : 0);
    }
    while (sum >> 16 != 0) {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return static_cast<uint16_t>(~sum);
}

std::vector<uint8_t> message_of(const Query &query) {
    const QueryOptions &options = query.options;
    const bool has_opt = options.payload_size.has_value();
    Writer message;
    message.u16(query_id)
        .u16(FP_DNS_RD | (options.checking_disabled ? FP_DNS_CD : 0U) | (options.authentic_data ? FP_DNS_AD : 0U))
        .u16(1)
        .u16(0)
        .u16(0)
        .u16(has_opt ? 1 : 0);
    message.append(query.name).u16(query.qtype).u16(FP_CLASS_IN);
    if (has_opt) { // RFC 6891 6.1.2: root, type, payload size, extended RCODE and version, flags, no options
        message.u8(0).u16(FP_TYPE_OPT).u16(*options.payload_size).u16(0);
        message.u16(options.dnssec_ok ? FP_EDNS_DO : 0).u16(0);
    }
    return message.take();
}

// Over the pseudo header as well (RFC 768, RFC 8200 8.1); 0 would mean that there is none.
uint16_t udp_checksum(const Query &query, std::span<const uint8_t> datagram) {
    Writer pseudo;
    pseudo.append(octets_of(query.client)).append(octets_of(query.server)).u16(IPPROTO_UDP).u16(datagram.size());
    const auto pseudo_sum = static_cast<uint16_t>(~checksum(pseudo.take()));
    const uint16_t sum = checksum(datagram, pseudo_sum);
    return sum == 0 ? 0xffff : sum;
}

std::vector<uint8_t> datagram_of(const Query &query) {
    const std::vector<uint8_t> message = message_of(query);
    Writer writer;
    writer.u16(query_client_port).u16(FP_DNS_PORT).u16(udp_header + message.size()).u16(0).append(message);
    std::vector<uint8_t> datagram = writer.take();
    store_be16(datagram, 6, udp_checksum(query, datagram));
    return datagram;
}

std::vector<uint8_t> ip_header(const Query &query, size_t payload) {
    Writer writer;
    if (query.client.is_ipv4()) {
        writer.u16(0x4500).u16(ipv4_header + payload).u16(0).u16(0x4000); // version and length, don't fragment
        writer.u8(hop_limit).u8(IPPROTO_UDP).u16(0);
        writer.append(octets_of(query.client)).append(octets_of(query.server));
        std::vector<uint8_t> header = writer.take();
        store_be16(header, 10, checksum(header));
        return header;
    }
    writer.u16(0x6000).u16(0).u16(payload).u8(IPPROTO_UDP).u8(hop_limit);
    return writer.append(octets_of(query.client)).append(octets_of(query.server)).take();
}

} // namespace

std::vector<uint8_t> query_packet(const Query &query) {
    // Locally administered (IEEE 802c), so that they are nobody's.
    constexpr std::array<uint8_t, 6> server_mac = {0x02, 0, 0, 0, 0, 0x53};
    constexpr std::array<uint8_t, 6> client_mac = {0x02, 0, 0, 0, 0, 0x01};
    const std::vector<uint8_t> datagram = datagram_of(query);
    Writer frame;
    frame.append(server_mac).append(client_mac).u16(query.client.is_ipv4() ? ETH_P_IP : ETH_P_IPV6);
    return frame.append(ip_header(query, datagram.size())).append(datagram).take();
}

std::span<const uint8_t> message_in(std::span<const uint8_t> frame) {
    if (frame.size() < ETH_HLEN) {
        return {};
    }
    const bool is_ipv6 = load_be16(frame, ETH_HLEN - 2) == ETH_P_IPV6;
    const size_t udp_at = ETH_HLEN + (is_ipv6 ? ipv6_header : ipv4_header);
    if (frame.size() < udp_at + udp_header) {
        return {};
    }
    const size_t length = load_be16(frame, udp_at + 4); // the frame may be longer, for it is padded
    if (length < udp_header || frame.size() < udp_at + length) {
        return {};
    }
    return frame.subspan(udp_at + udp_header, length - udp_header);
}

} // namespace fastpath::ctl
