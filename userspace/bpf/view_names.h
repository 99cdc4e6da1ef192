// SPDX-License-Identifier: Apache-2.0
// Reads the map `views`: which number a view has in these maps.
#pragma once

#include "util/result.h"

#include <cstdint>
#include <map>
#include <string>

namespace fastpath {

Result<std::map<std::string, uint16_t>> read_view_names(int map_fd);

} // namespace fastpath
