// SPDX-License-Identifier: Apache-2.0
// From YAML to Config. Strict: whatever is not understood is an error, FILE:LINE:COL: message, counted from 1.
// A file without `interfaces` is fine here, since --interface may bring them: see validate().
#pragma once

#include "config/config.h"
#include "util/result.h"

#include <filesystem>
#include <string_view>

namespace fastpath {

Result<Config> load_config(const std::filesystem::path &file);
Result<Config> parse_config(std::string_view text, std::string_view file_name);

} // namespace fastpath
