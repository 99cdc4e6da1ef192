// SPDX-License-Identifier: Apache-2.0
// DnsClient: a UDP socket on a machine of the lab that asks one server. For queries that dig cannot make, and for many; and
// the same question over TCP.
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

// The same over a TCP connection of its own (RFC 7766).
std::optional<Octets> ask_over_tcp(const Lab &lab, Machine machine, const std::string &server, const DnsQuery &query,
                                   std::chrono::milliseconds limit = std::chrono::seconds(2));

} // namespace fastpath::test
