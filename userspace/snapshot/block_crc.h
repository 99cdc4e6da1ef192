// SPDX-License-Identifier: Apache-2.0
// The CRC of a block: the CRC-32 of zlib (ISO 3309), over its header up to the CRC itself and its payload.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <zlib.h>

namespace fastpath::snapshot {

constexpr size_t block_crc_at = 12; // in the header

inline uint32_t block_crc(std::span<const uint8_t> header, std::span<const uint8_t> payload) {
    const uLong begun = ::crc32_z(::crc32_z(0, nullptr, 0), header.data(), block_crc_at);
    return static_cast<uint32_t>(payload.empty() ? begun : ::crc32_z(begun, payload.data(), payload.size()));
}

} // namespace fastpath::snapshot
