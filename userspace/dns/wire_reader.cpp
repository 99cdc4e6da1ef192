// SPDX-License-Identifier: Apache-2.0
// The bounds-checked cursor of wire_reader.h.
#include "dns/wire_reader.h"

#include "dns/byte_order.h"

#include <algorithm>
#include <dns_fastpath/dns_wire.h>

namespace fastpath {
namespace {

constexpr size_t pointer_range = 0x4000; // a pointer has 14 bits
constexpr uint8_t pointer_type = 0xc0;   // the two high bits of its first octet

} // namespace

WireReader::WireReader(std::span<const uint8_t> wire)
    : wire_(wire), end_(wire.size()), name_length_(std::min(wire.size(), pointer_range)) {}

void WireReader::fail(ParseError error) {
    if (!error_) {
        error_ = error;
    }
}

bool WireReader::take(size_t count) {
    if (failed()) {
        return false;
    }
    if (count > left()) {
        fail(end_error_);
        return false;
    }
    at_ += count;
    return true;
}

uint8_t WireReader::u8() {
    return take(1) ? wire_[at_ - 1] : uint8_t{0};
}

uint16_t WireReader::u16() {
    return take(2) ? load_be16(wire_, at_ - 2) : uint16_t{0};
}

uint32_t WireReader::u32() {
    return take(4) ? load_be32(wire_, at_ - 4) : uint32_t{0};
}

void WireReader::skip(size_t count) {
    (void)take(count);
}

void WireReader::enter(size_t count, ParseError error) {
    if (failed()) {
        return;
    }
    if (count > left()) {
        fail(end_error_);
        return;
    }
    end_ = at_ + count;
    end_error_ = error;
}

void WireReader::leave() {
    if (left() != 0) {
        fail(end_error_);
    }
    end_ = wire_.size();
    end_error_ = ParseError::overrun;
}

void WireReader::name() {
    const size_t start = at_;
    size_t own_octets = 0; // labels before a pointer, the root label included if there is none
    size_t pointed_octets = 0;

    for (bool more = true; more && !failed();) {
        const uint8_t octet = u8();
        if (octet <= FP_DNS_LABEL_MAX) {
            skip(octet);
            own_octets = at_ - start;
            more = octet != 0;
        } else {
            pointed_octets = follow(octet, start);
            more = false;
        }
    }
    if (own_octets + pointed_octets > FP_DNS_NAME_MAX) {
        fail(ParseError::name_length);
    }
    if (!failed()) {
        remember_name(start, own_octets + pointed_octets);
    }
}

// Reads the rest of a pointer; gives the length of the name it stands for.
uint8_t WireReader::follow(uint8_t first_octet, size_t name_start) {
    if ((first_octet & pointer_type) != pointer_type) {
        fail(ParseError::label_type);
        return 0;
    }
    const size_t pointer_at = at_ - 1;
    const size_t target = static_cast<size_t>(first_octet & ~pointer_type) << 8 | u8();
    if (target >= name_start || name_length_[target] == 0) {
        fail(ParseError::pointer);
        return 0;
    }
    pointers_.push_back(static_cast<uint16_t>(pointer_at));
    return name_length_[target];
}

void WireReader::remember_name(size_t start, size_t length) {
    for (size_t at = start; at < name_length_.size(); at += 1U + wire_[at]) {
        name_length_[at] = static_cast<uint8_t>(length - (at - start));
        if (wire_[at] == 0 || wire_[at] > FP_DNS_LABEL_MAX) {
            return;
        }
    }
}

} // namespace fastpath
