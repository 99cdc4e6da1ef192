// SPDX-License-Identifier: Apache-2.0
// The records of a message with every name written out: two messages with the same content compare equal however they are
// compressed.
#pragma once

#include "dns/message.h"

#include <cstdint>
#include <vector>

namespace fastpath::test {

struct PlainRecord {
    Section section = Section::answer;
    uint16_t type = 0;
    uint16_t rclass = 0;
    uint32_t ttl = 0;
    std::vector<uint8_t> owner; // names are lower-cased
    std::vector<uint8_t> data;

    bool operator==(const PlainRecord &) const = default;
};

// Without the OPT, in the order of the message.
[[nodiscard]] std::vector<PlainRecord> plain_records(const Message &message);

} // namespace fastpath::test
