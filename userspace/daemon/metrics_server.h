// SPDX-License-Identifier: Apache-2.0
// MetricsServer: the metrics address. DNS does not wait for it: where it cannot be had, which after a crash may only be for a while,
// that is said, and tried again.
#pragma once

#include "metrics/http_server.h"
#include "util/address.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace fastpath {

class MetricsServer {
  public:
    using Endpoints = std::map<std::string, HttpServer::Handler>;

    // No address: nothing is served.
    MetricsServer(std::optional<SocketAddress> address, Endpoints endpoints)
        : address_(address), endpoints_(std::move(endpoints)) {}

    // At the start, and each second.
    void tick(uint64_t now_ns);

    [[nodiscard]] bool is_missing() const { return address_ && !server_; }

    // Takes a second or two.
    void stop();

  private:
    std::optional<SocketAddress> address_;
    Endpoints endpoints_;
    std::unique_ptr<HttpServer> server_;
    uint64_t next_attempt_ns_ = 0;
    bool has_complained_ = false;
};

} // namespace fastpath
