// SPDX-License-Identifier: Apache-2.0
// Head and records as octets, and back. Pure; what is read may be anything.
#pragma once

#include "snapshot/format.h"

#include <optional>
#include <span>
#include <vector>

namespace fastpath::snapshot {

std::vector<uint8_t> encode(const Head &head);
void append(std::vector<uint8_t> &payload, const Record &record);

// nullopt where the octets are none.
std::optional<Head> decode_head(std::span<const uint8_t> payload);

// Takes the first record off `payload`; its message lies in there. nullopt where there is none, or no whole one.
std::optional<Record> take_record(std::span<const uint8_t> &payload);

} // namespace fastpath::snapshot
