// SPDX-License-Identifier: Apache-2.0
#include "harness/difference.h"

#include "dns/byte_order.h"
#include "unit/response_text.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cstdio>

namespace fastpath::test {
namespace {

std::string hex(uint32_t value) {
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), "0x%04x", value);
    return text.data();
}

std::string address_text(int family, std::span<const uint8_t> octets) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    return ::inet_ntop(family, octets.data(), text.data(), text.size()) != nullptr ? text.data() : to_hex(octets);
}

// Reads a frame from the outside in. A layer that is cut short stays in `rest`, and becomes a field of octets.
class Decoder {
  public:
    explicit Decoder(std::span<const uint8_t> frame) : rest_(frame) {}

    std::vector<Field> decode() && {
        add("frame.length", std::to_string(rest_.size()));
        ethernet();
        if (!rest_.empty()) {
            add("octets", to_hex(rest_));
        }
        if (!padding_.empty()) {
            add("padding", to_hex(padding_));
        }
        return std::move(fields_);
    }

  private:
    void ethernet();
    void ipv4();
    void ipv6();
    void udp();
    void dns();
    void section(const std::string &name, const ldns_rr_list *records);

    void add(const std::string &name, std::string value) { fields_.push_back({name, std::move(value)}); }
    [[nodiscard]] bool has(size_t count) const { return rest_.size() >= count; }
    std::span<const uint8_t> take(size_t count) {
        const auto taken = rest_.first(count);
        rest_ = rest_.subspan(count);
        return taken;
    }
    uint8_t u8() { return take(1)[0]; }
    uint16_t u16() { return load_be16(take(2), 0); }
    void end_of_datagram(size_t length) {
        if (length < rest_.size()) {
            padding_ = rest_.subspan(length);
            rest_ = rest_.first(length);
        }
    }

    std::span<const uint8_t> rest_;
    std::span<const uint8_t> padding_;
    std::vector<Field> fields_;
};

void Decoder::ethernet() {
    if (!has(14)) {
        return;
    }
    add("eth.dst", to_hex(take(6)));
    add("eth.src", to_hex(take(6)));
    uint16_t type = u16();
    for (int i = 0; (type == 0x8100 || type == 0x88a8) && has(4); i++) {
        const std::string name = "vlan" + std::to_string(i);
        add(name + ".protocol", hex(type));
        add(name + ".tci", hex(u16()));
        type = u16();
    }
    add("eth.type", hex(type));
    if (type == 0x0800 && has(20)) {
        ipv4();
    } else if (type == 0x86dd && has(40)) {
        ipv6();
    }
}

void Decoder::ipv4() {
    const uint8_t version_and_words = u8();
    add("ipv4.version_ihl", hex(version_and_words));
    add("ipv4.tos", hex(u8()));
    const uint16_t total_length = u16();
    add("ipv4.total_length", std::to_string(total_length));
    add("ipv4.id", hex(u16()));
    add("ipv4.fragment", hex(u16()));
    add("ipv4.ttl", std::to_string(u8()));
    const uint8_t protocol = u8();
    add("ipv4.protocol", std::to_string(protocol));
    add("ipv4.checksum", hex(u16()));
    add("ipv4.src", address_text(AF_INET, take(4)));
    add("ipv4.dst", address_text(AF_INET, take(4)));
    end_of_datagram(total_length < 20 ? 0U : total_length - 20U);
    if (const size_t options = (version_and_words & 15U) * 4U; options > 20 && has(options - 20)) {
        add("ipv4.options", to_hex(take(options - 20)));
    }
    if (protocol == IPPROTO_UDP && has(8)) {
        udp();
    }
}

void Decoder::ipv6() {
    add("ipv6.version_class_flow", to_hex(take(4)));
    const uint16_t payload_length = u16();
    add("ipv6.payload_length", std::to_string(payload_length));
    const uint8_t next_header = u8();
    add("ipv6.next_header", std::to_string(next_header));
    add("ipv6.hop_limit", std::to_string(u8()));
    add("ipv6.src", address_text(AF_INET6, take(16)));
    add("ipv6.dst", address_text(AF_INET6, take(16)));
    end_of_datagram(payload_length);
    if (next_header == IPPROTO_UDP && has(8)) {
        udp();
    }
}

void Decoder::udp() {
    add("udp.src", std::to_string(u16()));
    add("udp.dst", std::to_string(u16()));
    add("udp.length", std::to_string(u16()));
    add("udp.checksum", hex(u16()));
    dns();
}

void Decoder::dns() {
    const LdnsPacket packet = parse_with_ldns({rest_.begin(), rest_.end()});
    if (!packet) {
        return;
    }
    for (const char *const name : {"id", "flags", "qdcount", "ancount", "nscount", "arcount"}) {
        add(std::string("dns.") + name, hex(u16()));
    }
    section("dns.question", ldns_pkt_question(packet.get()));
    section("dns.answer", ldns_pkt_answer(packet.get()));
    section("dns.authority", ldns_pkt_authority(packet.get()));
    section("dns.additional", ldns_pkt_additional(packet.get()));
    if (ldns_pkt_edns(packet.get())) {
        add("dns.opt", "size " + std::to_string(ldns_pkt_edns_udp_size(packet.get())) + ", flags " +
                           hex(ldns_pkt_edns_z(packet.get())) + ", version " +
                           std::to_string(ldns_pkt_edns_version(packet.get())));
    }
    rest_ = {};
}

void Decoder::section(const std::string &name, const ldns_rr_list *records) {
    for (size_t i = 0; i < ldns_rr_list_rr_count(records); i++) {
        char *text = ldns_rr2str(ldns_rr_list_rr(records, i));
        std::string line = text;
        LDNS_FREE(text);
        std::erase(line, '\n');
        add(name + "[" + std::to_string(i) + "]", line);
    }
}

std::string value_of(const std::vector<Field> &fields, const std::string &name) {
    const auto found =
        std::find_if(fields.begin(), fields.end(), [&](const Field &field) { return field.name == name; });
    return found == fields.end() ? "(none)" : found->value;
}

} // namespace

std::vector<Field> decode(const Octets &frame) {
    return Decoder(frame).decode();
}

std::string difference(const Octets &expected, const Octets &actual) {
    if (expected == actual) {
        return "";
    }
    const std::vector<Field> wanted = decode(expected);
    const std::vector<Field> got = decode(actual);
    std::string text;
    for (const auto &[name, value] : wanted) {
        if (const std::string other = value_of(got, name); other != value) {
            text += "  " + name + ": expected " + value + ", got " + other + "\n";
        }
    }
    for (const auto &[name, value] : got) {
        if (value_of(wanted, name) == "(none)") {
            text += "  " + name + ": expected (none), got " + value + "\n";
        }
    }
    const auto [in_expected, in_actual] = std::mismatch(expected.begin(), expected.end(), actual.begin(), actual.end());
    constexpr ptrdiff_t shown = 16;
    const Octets want(in_expected, in_expected + std::min(shown, expected.end() - in_expected));
    const Octets have(in_actual, in_actual + std::min(shown, actual.end() - in_actual));
    return text + "  first differing octet " + std::to_string(in_expected - expected.begin()) + ": expected " +
           to_hex(want) + ", got " + to_hex(have) + "\n";
}

} // namespace fastpath::test
