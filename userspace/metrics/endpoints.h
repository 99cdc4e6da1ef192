// SPDX-License-Identifier: Apache-2.0
// What the metrics address serves: /metrics for Prometheus, /healthz and /readyz for whoever starts and stops us.
#pragma once

#include "metrics/http_server.h"
#include "metrics/readings.h"

#include <map>
#include <string>

namespace fastpath {

// The handlers run in threads of the server; they read maps and nothing else.
std::map<std::string, HttpServer::Handler> metrics_endpoints(const Sources &sources);

} // namespace fastpath
