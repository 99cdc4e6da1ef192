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
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    default:
        return "Service Unavailable";
    }
}

// Where the connection tracking table is full, the kernel drops new connections and spares those that are established: who watched
// before goes on seeing.
bool is_kept_alive(const mg_connection *connection) {
    const char *const wish = mg_get_header(connection, "Connection");
    const bool is_http11 = std::string_view(mg_get_request_info(connection)->http_version) == "1.1";
    return is_http11 && (wish == nullptr || std::string_view(wish).find("lose") == std::string_view::npos);
}

// In one piece: an answer in two would wait for the client's delayed acknowledgement of the first, 40 ms (Nagle's algorithm, RFC 896).
void send(mg_connection *connection, const HttpResponse &response, bool with_body) {
    std::string text = "HTTP/1.1 " + std::to_string(response.status) + " " + status_text(response.status) + "\r\n";
    const auto add_header = [&text](std::string_view name, std::string_view value) {
        text.append(name).append(": ").append(value).append("\r\n");
    };
    add_header("Content-Type", response.content_type);
    add_header("Content-Length", std::to_string(response.body.size()));
    add_header("Cache-Control", "no-store");
    add_header("X-Content-Type-Options", "nosniff");
    add_header("Allow", "GET, HEAD");
    for (const auto &[name, value] : response.headers) {
        add_header(name, value);
    }
    add_header("Connection", is_kept_alive(connection) ? "keep-alive" : "close");
    text += "\r\n";
    text += with_body ? response.body : std::string();
    mg_write(connection, text.data(), text.size());
}

constexpr const char *plain = "text/plain; charset=utf-8";

struct Page {
    std::string path;
    HttpServer::Handler handler;
};

// Whatever the method: CivetHandler has a function for some of them, and Civetweb serves files for the rest. And whatever the path: to
// Civetweb, that of a handler is a prefix.
int handle(mg_connection *connection, void *data) {
    const auto &page = *static_cast<Page *>(data);
    const std::string_view method = mg_get_request_info(connection)->request_method;
    if (method != "GET" && method != "HEAD") {
        send(connection, {405, plain, "only GET and HEAD\n"}, true);
        return 405;
    }
    if (mg_get_request_info(connection)->local_uri != page.path) {
        send(connection, {404, plain, "no such page\n"}, method == "GET");
        return 404;
    }
    const HttpResponse response = page.handler();
    send(connection, response, method == "GET");
    return response.status;
}

class CivetHttpServer final : public HttpServer {
  public:
    // Each connection holds a thread: several threads, and not for long where nothing has been asked. One that is kept alive outlives
    // the interval of scrapes.
    CivetHttpServer(const std::string &address, const std::map<std::string, Handler> &handlers)
        : pages_(pages_of(handlers)),
          server_(std::vector<std::string>{"listening_ports", address, "num_threads", "16", "request_timeout_ms",
                                           "1000", "tcp_nodelay", "1", "enable_keep_alive", "yes",
                                           "keep_alive_timeout_ms", "70000"}) {
        for (Page &page : pages_) { // CivetServer's own addHandler() casts as well
            mg_set_request_handler(const_cast<mg_context *>(server_.getContext()), page.path.c_str(), handle, &page);
        }
    }

  private:
    static std::vector<Page> pages_of(const std::map<std::string, Handler> &handlers) {
        std::vector<Page> pages;
        pages.reserve(handlers.size());
        for (const auto &[path, handler] : handlers) {
            pages.push_back({path, handler});
        }
        return pages;
    }

    // In this order: the threads of the server end before the handlers that they call.
    std::vector<Page> pages_;
    CivetServer server_;
};

} // namespace

HttpResponse unavailable(const std::string &why) {
    return {503, plain, why + "\n"};
}

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
