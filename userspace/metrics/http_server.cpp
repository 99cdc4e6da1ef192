// SPDX-License-Identifier: Apache-2.0
#include "metrics/http_server.h"

#include <CivetServer.h>
#include <vector>

namespace fastpath {

namespace {

const char *status_text(int status) {
    return status == 200 ? "OK" : "Service Unavailable";
}

class PathHandler final : public CivetHandler {
  public:
    explicit PathHandler(HttpServer::Handler handler) : handler_(std::move(handler)) {}

    bool handleGet(CivetServer *, mg_connection *connection) override {
        const HttpResponse response = handler_();
        mg_printf(connection,
                  "HTTP/1.1 %d %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\nCache-Control: no-store\r\n"
                  "X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n",
                  response.status, status_text(response.status), response.content_type.c_str(), response.body.size());
        mg_write(connection, response.body.data(), response.body.size());
        return true;
    }

  private:
    HttpServer::Handler handler_;
};

class CivetHttpServer final : public HttpServer {
  public:
    CivetHttpServer(const std::string &address, const std::map<std::string, Handler> &handlers)
        : server_(
              std::vector<std::string>{"listening_ports", address, "num_threads", "2", "request_timeout_ms", "5000"}) {
        for (const auto &[path, handler] : handlers) {
            handlers_.push_back(std::make_unique<PathHandler>(handler));
            server_.addHandler(path, *handlers_.back());
        }
    }

  private:
    // In this order: the threads of the server end before the handlers that they call.
    std::vector<std::unique_ptr<PathHandler>> handlers_;
    CivetServer server_;
};

} // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::listen(const SocketAddress &address,
                                                       const std::map<std::string, Handler> &handlers) {
    const std::string text = to_string(address);
    try {
        return std::make_unique<CivetHttpServer>(text, handlers);
    } catch (const CivetException &) {
        return fail(
            "metrics: cannot listen on " + text +
            ": the address is taken, or not of this host; set metrics.listen to another one, or to \"\" for none");
    }
}

} // namespace fastpath
