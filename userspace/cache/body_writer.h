// SPDX-License-Identifier: Apache-2.0
// The body of an entry: the records of a response, without the OPT, as octets that follow the question of any answer. Not
// what is done with their TTLs.
#pragma once

#include "dns/message.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace fastpath {

// Neighbours in Message::records, by index.
struct RecordRange {
    size_t first = 0;
    size_t last = 0; // one behind

    [[nodiscard]] size_t size() const { return last - first; }
    [[nodiscard]] bool contains(size_t record) const { return record >= first && record < last; }
};

// Offsets count from the first octet of the body.
struct Body {
    std::vector<uint8_t> octets;
    std::vector<uint16_t> records;     // where each begins, and where the last one ends
    std::vector<uint16_t> ttl_offsets; // by record
};

// Writes a body in which no name leads into the records of `movable`: names that do so in the message are written out.
// nullopt where that takes more than `most` octets.
[[nodiscard]] std::optional<Body> write_body(const Message &message, RecordRange movable, size_t most);

} // namespace fastpath
