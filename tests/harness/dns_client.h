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

// A socket of a machine, connected to port 53 of a server: it takes answers of that address and port only. `from` is an address
// of the machine; "" where any will do.
UniqueFd connect_to(const Lab &lab, Machine machine, const std::string &server, int type, const std::string &from = {});

class DnsClient {
  public:
    DnsClient(const Lab &lab, Machine machine, const std::string &server, const std::string &from = {});

    // The response with the query's id; nullopt where none comes in time.
    std::optional<Octets> ask(const DnsQuery &query, std::chrono::milliseconds limit = std::chrono::seconds(2));

  private:
    UniqueFd socket_;
};

// The same over a TCP connection of its own (RFC 7766).
std::optional<Octets> ask_over_tcp(const Lab &lab, Machine machine, const std::string &server, const DnsQuery &query,
                                   std::chrono::milliseconds limit = std::chrono::seconds(2));

} // namespace fastpath::test
