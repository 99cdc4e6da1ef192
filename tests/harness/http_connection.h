// SPDX-License-Identifier: Apache-2.0
// HttpConnection: GET over one connection that is kept, as Prometheus and browsers do. A full connection tracking table drops new ones.
#pragma once

#include "harness/lab.h"

#include <string>

namespace fastpath::test {

class HttpConnection {
  public:
    // From a machine of the lab; throws where nobody listens.
    HttpConnection(const Lab &lab, Machine from, const std::string &address, uint16_t port);

    // The body of an answer 200; throws where there is no other answer or none within five seconds.
    std::string get(const std::string &path);

  private:
    void receive(); // some more octets

    UniqueFd socket_;
    std::string received_;
};

} // namespace fastpath::test
