// SPDX-License-Identifier: Apache-2.0
// Logging to stderr, for people and for the journal. Nothing is logged per packet.
#pragma once

#include "config/config.h"
#include "status/event_log.h"

#include <memory>

namespace fastpath {

// What it gives also has the last lines, down to `info`, whatever the level: for the status page.
std::shared_ptr<EventLog> start_log(LogLevel level);
void set_log_level(LogLevel level);

} // namespace fastpath
