// SPDX-License-Identifier: Apache-2.0
// DnsClient: a UDP socket on a machine of the lab that asks one server. For queries that dig cannot make, and for many.
#pragma once

#include "harness/dns_query.h"
#include "harness/lab.h"
#include "harness/octets.h"

#include <optional>
#include <string>

namespace fastpath::test {

class DnsClient {
  public:
    DnsClient(const Lab &lab, Machine machine, const std::string &server);

    // The response with the query's id; nullopt where none comes in time.
    std::optional<Octets> ask(const DnsQuery &query, std::chrono::milliseconds limit = std::chrono::seconds(2));

  private:
    UniqueFd socket_;
};

} // namespace fastpath::test
