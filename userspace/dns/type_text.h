// SPDX-License-Identifier: Apache-2.0
// Record types as words. ldns knows the registry; it is seen nowhere but here and in ctl/records.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace fastpath {

// "MX"; "TYPE65280" for what has no name (RFC 3597 5).
[[nodiscard]] std::string type_to_text(uint16_t type);

// "MX", "mx", "TYPE15"; nullopt for what is none.
[[nodiscard]] std::optional<uint16_t> type_from_text(const std::string &text);

} // namespace fastpath
