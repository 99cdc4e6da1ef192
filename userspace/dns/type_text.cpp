// SPDX-License-Identifier: Apache-2.0
#include "dns/type_text.h"

#include "util/decimal.h"

// Before ldns, which otherwise defines bool, false and true as macros.
#include <stdbool.h> // NOLINT(modernize-deprecated-headers): it has that effect

#include <cstdlib>
#include <ldns/ldns.h>
#include <string_view>
#include <strings.h>

namespace fastpath {

std::string type_to_text(uint16_t type) {
    char *const text = ldns_rr_type2str(static_cast<ldns_rr_type>(type));
    std::string result = text != nullptr ? text : "";
    std::free(text);
    return result;
}

std::optional<uint16_t> type_from_text(const std::string &text) {
    constexpr std::string_view by_number = "TYPE"; // RFC 3597 5; ldns would take TYPE15x for 15
    const bool is_number = text.size() > by_number.size() && ::strncasecmp(text.c_str(), "TYPE", by_number.size()) == 0;
    const std::optional<uint64_t> type = is_number ? parse_decimal(text.substr(by_number.size()))
                                                   : static_cast<uint64_t>(ldns_get_rr_type_by_name(text.c_str()));
    return type && *type != 0 && *type <= UINT16_MAX ? std::optional(static_cast<uint16_t>(*type)) : std::nullopt;
}

} // namespace fastpath
