// SPDX-License-Identifier: Apache-2.0
// The form of record data by type: what the reader checks and where it finds names. Not their meaning: a cache hands
// record data on as they came.
#pragma once

#include <cstdint>
#include <span>

namespace fastpath {

struct RdataField {
    enum class Kind : uint8_t {
        octets,  // `size` of them
        name,    // may be compressed: see rdata.cpp
        string,  // a <character-string> (RFC 1035 3.3)
        strings, // one or more of them, up to the end
        rest,    // whatever there is up to the end, nothing included
    };
    Kind kind = Kind::rest;
    uint8_t size = 0;
};

// The fields of a type's data, in order. A type without a row is opaque (RFC 3597 4): one field `rest`.
[[nodiscard]] std::span<const RdataField> rdata_fields(uint16_t type);

// False for the types that are opaque to the reader.
[[nodiscard]] bool rdata_is_known(uint16_t type);

} // namespace fastpath
