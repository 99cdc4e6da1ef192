// SPDX-License-Identifier: Apache-2.0
// Load by dnsperf or kxdpgun: the lab's 1,000 hot names, from the client's machine and nowhere else.
#pragma once

#include "harness/lab.h"

#include <csignal>
#include <cstdint>
#include <string>
#include <vector>

namespace fastpath::test {

struct LoadReport {
    uint64_t sent;
    uint64_t lost;
};

// Asks until a whole round adds nothing to the cache; the names live for 300 seconds or more.
void learn_hot_names(const Lab &lab);

// All hot names once.
LoadReport ask_hot_names(const Lab &lab);

// All hot names twice, at a low rate. kxdpgun leaves its own XDP program on the client's eth0, which takes XDP_TX as well.
LoadReport ask_hot_names_by_kxdpgun(const Lab &lab);

// These questions over and over, each query from a source port of its own. As for kxdpgun's program, see above.
LoadReport ask_from_many_ports(const Lab &lab, unsigned queries_per_second, unsigned seconds,
                               const std::vector<std::string> &questions);

// The same beside the test, until it ends or is ended.
Process start_load_from_many_ports(const Lab &lab, unsigned queries_per_second, unsigned seconds,
                                   const std::vector<std::string> &questions);

// A load that runs beside the test.
class Load {
  public:
    Load(const Lab &lab, unsigned queries_per_second, unsigned seconds);
    // Of these questions ("name type"), one after the other.
    Load(const Lab &lab, unsigned queries_per_second, unsigned seconds, const std::vector<std::string> &questions);

    // Of hits at a high rate, until it is ended. A socket's buffer holds some 50 answers that XDP sent, hence many of them.
    static Load of_hits(const Lab &lab, unsigned queries_per_second);

    bool is_running() { return process_.is_running(); }
    void end() { process_.signal(SIGINT); }
    // Waits for its end.
    LoadReport report();

  private:
    explicit Load(Process process) : process_(std::move(process)) {}

    Process process_;
};

} // namespace fastpath::test
