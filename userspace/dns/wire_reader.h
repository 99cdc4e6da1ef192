// SPDX-License-Identifier: Apache-2.0
// WireReader: a cursor over one DNS message that cannot leave it. It knows octets, numbers and names; what they mean is
// message.cpp's.
//
// The first failure sticks: later reads give 0 and do not move, so that a parser reads a whole record and asks once.
#pragma once

#include "dns/parse_error.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace fastpath {

class WireReader {
  public:
    // `wire` is at most 65,535 octets long, and outlives the reader.
    explicit WireReader(std::span<const uint8_t> wire);

    [[nodiscard]] uint16_t at() const { return static_cast<uint16_t>(at_); }
    [[nodiscard]] size_t left() const { return end_ - at_; }
    [[nodiscard]] std::optional<ParseError> error() const { return error_; }
    [[nodiscard]] bool failed() const { return error_.has_value(); }
    void fail(ParseError error);

    uint8_t u8();
    uint16_t u16();
    uint32_t u32();
    void skip(size_t count);

    // Moves behind a name, compressed or not, and checks all of it. A pointer has to lead to a place where a label or
    // pointer of an earlier name stands ("a prior occurrence", RFC 1035 4.1.4). That excludes loops, and it excludes
    // names that run through a TTL, which changes with age, or through data that are moved without being understood.
    void name();

    // Limits the reader to the next `count` octets; leave() ends that. Reading beyond or stopping short of them is
    // `error`.
    void enter(size_t count, ParseError error);
    void leave();

    // Where compression pointers were met, in ascending order.
    [[nodiscard]] const std::vector<uint16_t> &pointers() const { return pointers_; }

  private:
    [[nodiscard]] bool take(size_t count);
    uint8_t follow(uint8_t first_octet, size_t name_start);
    void remember_name(size_t start, size_t length);

    std::span<const uint8_t> wire_;
    size_t at_ = 0;
    size_t end_;
    ParseError end_error_ = ParseError::overrun; // what reading beyond `end_` is
    std::optional<ParseError> error_;
    std::vector<uint16_t> pointers_;
    std::vector<uint8_t> name_length_; // by offset: uncompressed length of the name read from there, 0 = none was
};

} // namespace fastpath
