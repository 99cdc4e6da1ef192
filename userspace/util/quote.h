// SPDX-License-Identifier: Apache-2.0
// Text of others inside our messages: in quotes, on one line, without control characters, and not too long.
#pragma once

#include <string>
#include <string_view>

namespace fastpath {

std::string in_quotes(std::string_view text);

} // namespace fastpath
