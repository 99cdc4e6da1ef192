// SPDX-License-Identifier: Apache-2.0
#include "daemon/metrics_server.h"

#include <dns_fastpath/abi.h>
#include <spdlog/spdlog.h>

namespace fastpath {

namespace {

constexpr uint64_t retry_interval_ns = 5 * FP_NSEC_PER_SEC;

} // namespace

void MetricsServer::tick(uint64_t now_ns) {
    if (!is_missing() || now_ns < next_attempt_ns_) {
        return;
    }
    next_attempt_ns_ = now_ns + retry_interval_ns;
    Result<std::unique_ptr<HttpServer>> server = HttpServer::listen(*address_, endpoints_);
    if (server) {
        server_ = std::move(*server);
        spdlog::info("metrics at http://{}/metrics", to_string(*address_));
    } else if (!has_complained_) {
        has_complained_ = true;
        spdlog::error("{}; queries are answered all the same, and it is tried again every {} s", server.error().message,
                      retry_interval_ns / FP_NSEC_PER_SEC);
    }
}

void MetricsServer::stop() {
    server_.reset();
    address_.reset();
}

} // namespace fastpath
