// SPDX-License-Identifier: Apache-2.0
// Numbers in network byte order, at any alignment. The caller has checked the bounds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace fastpath {

inline uint16_t load_be16(std::span<const uint8_t> octets, size_t at) {
    return static_cast<uint16_t>(octets[at] << 8 | octets[at + 1]);
}

inline uint32_t load_be32(std::span<const uint8_t> octets, size_t at) {
    return static_cast<uint32_t>(load_be16(octets, at)) << 16 | load_be16(octets, at + 2);
}

inline uint64_t load_be64(std::span<const uint8_t> octets, size_t at) {
    return static_cast<uint64_t>(load_be32(octets, at)) << 32 | load_be32(octets, at + 4);
}

inline void store_be16(std::span<uint8_t> octets, size_t at, uint16_t value) {
    octets[at] = static_cast<uint8_t>(value >> 8);
    octets[at + 1] = static_cast<uint8_t>(value);
}

inline void store_be32(std::span<uint8_t> octets, size_t at, uint32_t value) {
    store_be16(octets, at, static_cast<uint16_t>(value >> 16));
    store_be16(octets, at + 2, static_cast<uint16_t>(value));
}

inline void store_be64(std::span<uint8_t> octets, size_t at, uint64_t value) {
    store_be32(octets, at, static_cast<uint32_t>(value >> 32));
    store_be32(octets, at + 4, static_cast<uint32_t>(value));
}

} // namespace fastpath
