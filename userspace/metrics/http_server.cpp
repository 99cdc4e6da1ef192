// SPDX-License-Identifier: Apache-2.0
#include "metrics/http_server.h"

#include <CivetServer.h>
#include <string_view>
#include <vector>

namespace fastpath {

namespace {

const char *status_text(int status) {
    switch (status) {
    case 200:
        return "OK";
    case 405:
        return "Method Not Allowed";
    default:
        return "Service Unavailable";
    }
}

void send(mg_connection *connection, const HttpResponse &response, bool with_body) {
    mg_printf(connection,
              "HTTP/1.1 %d %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\nCache-Control: no-store\r\n"
              "X-Content-Type-Options: nosniff\r\nAllow: GET, HEAD\r\nConnection: close\r\n\r\n",
              response.status, status_text(response.status), response.content_type.c_str(), response.body.size());
    if (with_body) {
        mg_write(connection, response.body.data(), response.body.size());
    }
}

// Whatever the method: CivetHandler has a function for some of them, and Civetweb serves files for the rest.
int handle(mg_connection *connection, void *handler) {
    const std::string_view method = mg_get_request_info(connection)->request_method;
    if (method != "GET" && method != "HEAD") {
        send(connection, {405, "text/plain; charset=utf-8", "only GET and HEAD\n"}, true);
        return 405;
    }
    const HttpResponse response = (*static_cast<HttpServer::Handler *>(handler))();
    send(connection, response, method == "GET");
    return response.status;
}

class CivetHttpServer final : public HttpServer {
  public:
    // A client that connects and says nothing holds a thread: several threads, and not for long.
    CivetHttpServer(const std::string &address, std::map<std::string, Handler> handlers)
        : handlers_(std::move(handlers)), server_(std::vector<std::string>{"listening_ports", address, "num_threads",
                                                                           "8", "request_timeout_ms", "1000"}) {
        for (auto &[path, handler] : handlers_) { // CivetServer's own addHandler() casts as well
            mg_set_request_handler(const_cast<mg_context *>(server_.getContext()), path.c_str(), handle, &handler);
        }
    }

  private:
    // In this order: the threads of the server end before the handlers that they call.
    std::map<std::string, Handler> handlers_;
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
