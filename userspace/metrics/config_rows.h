// SPDX-License-Identifier: Apache-2.0
// What the programs go by now: of maps that hold rows of two generations while a reload goes on, those in use.
#pragma once

#include "util/address.h"
#include "util/result.h"

#include <dns_fastpath/config.h>
#include <set>

namespace fastpath {

// Of the map `settings`.
Result<fp_generations> read_generations(int settings_fd);

// The addresses that are answered on.
Result<std::set<IpAddress>> read_listeners(int settings_fd, int listeners_fd);

} // namespace fastpath
