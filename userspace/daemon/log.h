// SPDX-License-Identifier: Apache-2.0
// Logging to stderr, for people and for the journal. Nothing is logged per packet.
#pragma once

#include "config/config.h"

namespace fastpath {

void start_log(LogLevel level);
void set_log_level(LogLevel level);

} // namespace fastpath
