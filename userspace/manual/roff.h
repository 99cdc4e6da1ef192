// SPDX-License-Identifier: Apache-2.0
// Text as man(7) wants it.
#pragma once

#include <string>
#include <string_view>

namespace fastpath::manual {

// Plain text within a line: backslashes and minus signs are escaped, and a line that begins with a dot or a quote is text.
std::string roff_text(std::string_view text);

} // namespace fastpath::manual
