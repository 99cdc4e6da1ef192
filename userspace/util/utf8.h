// SPDX-License-Identifier: Apache-2.0
// Text for those who refuse a whole page for one octet of it: Prometheus and JSON take UTF-8 only.
#pragma once

#include <string>
#include <string_view>

namespace fastpath {

// What is no UTF-8 (RFC 3629) becomes U+FFFD, an octet at a time; the rest stays.
[[nodiscard]] std::string valid_utf8(std::string_view text);

} // namespace fastpath
