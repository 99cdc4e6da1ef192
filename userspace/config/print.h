// SPDX-License-Identifier: Apache-2.0
// From Config to text: YAML for --print-config, and the reference of keys for people.
#pragma once

#include "config/config.h"

#include <string>

namespace fastpath {

// Every key with its value; parse_config() makes the same Config of it.
std::string print_config(const Config &config);

// REFERENCE.md.
std::string render_reference();

} // namespace fastpath
