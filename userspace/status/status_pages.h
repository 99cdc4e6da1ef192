// SPDX-License-Identifier: Apache-2.0
// What the metrics address serves to people: / and /status.json.
#pragma once

#include "metrics/http_server.h"
#include "metrics/readings.h"
#include "status/event_log.h"
#include "status/history.h"

#include <map>
#include <memory>
#include <string>

namespace fastpath {

// The handlers run in threads of the server. `history` outlives them.
std::map<std::string, HttpServer::Handler> status_pages(const Sources &sources, const History &history,
                                                        std::shared_ptr<EventLog> events);

} // namespace fastpath
