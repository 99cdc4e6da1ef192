// SPDX-License-Identifier: Apache-2.0
// From YAML nodes to Config, by the table of keys.
#pragma once

#include "config/config.h"
#include "config/problem.h"

namespace fastpath {

// A null node is the default config.
Parsed<Config> read_document(const YAML::Node &root);

} // namespace fastpath
