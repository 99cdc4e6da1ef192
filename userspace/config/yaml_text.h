// SPDX-License-Identifier: Apache-2.0
// From text to YAML nodes, with the gaps of yaml-cpp closed. Knows nothing of keys.
#pragma once

#include "config/problem.h"

#include <string_view>

namespace fastpath {

// The one document of `text`; a null node if there is none.
Parsed<YAML::Node> read_yaml(std::string_view text);

} // namespace fastpath
