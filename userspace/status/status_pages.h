// SPDX-License-Identifier: Apache-2.0
// What the metrics address serves to people: / and /status.json.
#pragma once

#include "bpf/attachment.h"
#include "bpf/programs.h"
#include "metrics/http_server.h"
#include "status/event_log.h"
#include "status/history.h"

#include <map>
#include <memory>
#include <string>

namespace fastpath {

// The handlers run in threads of the server. All outlive them.
std::map<std::string, HttpServer::Handler> status_pages(const Programs &programs, const Attachments &attachments,
                                                        const History &history, std::shared_ptr<EventLog> events);

} // namespace fastpath
