// SPDX-License-Identifier: Apache-2.0
// HttpServer: GET and HEAD of a handful of paths and no others, each answered by a function that runs in a thread of the server.
// Read-only: what it shows comes from maps, it changes nothing.
#pragma once

#include "util/address.h"
#include "util/result.h"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace fastpath {

struct HttpResponse {
    int status = 200;
    std::string content_type;
    std::string body;
    std::vector<std::pair<std::string, std::string>> headers = {}; // beside those that every answer has
};

HttpResponse unavailable(const std::string &why);

class HttpServer {
  public:
    using Handler = std::function<HttpResponse()>;

    // Serves until destroyed. Fails where the address is taken.
    static Result<std::unique_ptr<HttpServer>> listen(const SocketAddress &address,
                                                      const std::map<std::string, Handler> &handlers);
    virtual ~HttpServer() = default;

  protected:
    HttpServer() = default;
};

} // namespace fastpath
