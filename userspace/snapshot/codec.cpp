// SPDX-License-Identifier: Apache-2.0
#include "snapshot/codec.h"

#include "dns/byte_order.h"

#include <dns_fastpath/steer.h>

namespace fastpath::snapshot {

namespace {

// Offsets of FORMAT.md.
namespace record_at {
constexpr size_t born = 0;
constexpr size_t lifetime = 8;
constexpr size_t last_used = 12;
constexpr size_t limit = 16;
constexpr size_t view = 18;
constexpr size_t query_bits = 20;
constexpr size_t reserved = 21;
constexpr size_t lead_len = 22;
constexpr size_t message_length = 24;
constexpr size_t message = 26;
} // namespace record_at

constexpr size_t time_size = sizeof(uint64_t);
constexpr size_t view_size = sizeof(uint16_t) + sizeof(uint8_t); // number and length; the name follows

} // namespace

std::vector<uint8_t> encode(const Head &head) {
    std::vector<uint8_t> payload(time_size);
    store_be64(payload, 0, head.written_ns);
    for (const auto &[number, name] : head.views) {
        const size_t at = payload.size();
        payload.resize(at + view_size);
        store_be16(payload, at, number);
        payload[at + sizeof(uint16_t)] = static_cast<uint8_t>(name.size());
        payload.insert(payload.end(), name.begin(), name.end());
    }
    return payload;
}

std::optional<Head> decode_head(std::span<const uint8_t> payload) {
    if (payload.size() < time_size) {
        return std::nullopt;
    }
    Head head = {.written_ns = load_be64(payload, 0), .views = {}};
    payload = payload.subspan(time_size);
    while (payload.size() >= view_size) {
        const uint16_t number = load_be16(payload, 0);
        const size_t length = payload[sizeof(uint16_t)];
        payload = payload.subspan(view_size);
        if (length == 0 || length >= FP_LABEL_TEXT_MAX || length > payload.size()) {
            return std::nullopt;
        }
        head.views[number] = {payload.begin(), payload.begin() + static_cast<std::ptrdiff_t>(length)};
        payload = payload.subspan(length);
    }
    return payload.empty() ? std::optional(std::move(head)) : std::nullopt;
}

void append(std::vector<uint8_t> &payload, const Record &record) {
    const size_t begin = payload.size();
    payload.resize(begin + record_at::message);
    const auto octets = std::span(payload).subspan(begin);
    store_be64(octets, record_at::born, record.born_ns);
    store_be32(octets, record_at::lifetime, record.lifetime);
    store_be32(octets, record_at::last_used, record.last_used);
    store_be16(octets, record_at::limit, record.limit);
    store_be16(octets, record_at::view, record.view);
    octets[record_at::query_bits] = record.query_bits;
    octets[record_at::reserved] = 0;
    store_be16(octets, record_at::lead_len, record.lead_len);
    store_be16(octets, record_at::message_length, static_cast<uint16_t>(record.message.size()));
    payload.insert(payload.end(), record.message.begin(), record.message.end());
}

std::optional<Record> take_record(std::span<const uint8_t> &payload) {
    if (payload.size() < record_at::message) {
        return std::nullopt;
    }
    const size_t end = record_at::message + load_be16(payload, record_at::message_length);
    if (payload.size() < end) {
        return std::nullopt;
    }
    const auto octets = payload.first(end);
    payload = payload.subspan(end);
    return Record{.born_ns = load_be64(octets, record_at::born),
                  .lifetime = load_be32(octets, record_at::lifetime),
                  .last_used = load_be32(octets, record_at::last_used),
                  .limit = load_be16(octets, record_at::limit),
                  .view = load_be16(octets, record_at::view),
                  .query_bits = octets[record_at::query_bits],
                  .lead_len = load_be16(octets, record_at::lead_len),
                  .message = octets.subspan(record_at::message)};
}

} // namespace fastpath::snapshot
