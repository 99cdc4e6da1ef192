// SPDX-License-Identifier: Apache-2.0
#include "conformance/sides.h"

#include "e2e/counters.h"
#include "e2e/fastpath_daemon.h"

#include <array>

namespace fastpath::test {
namespace {

constexpr std::chrono::milliseconds usual_wait{2000};
constexpr std::chrono::milliseconds short_wait{40};

// What can become of a DNS query to a listen address, by the contract.
constexpr std::array result_names = {"hit", "stale", "miss", "pass", "refused", "dropped"};

} // namespace

Sides::Sides(const Lab &lab)
    : lab_(lab), resolver_{DnsClient(lab, Machine::resolver, Lab::resolver4),
                           DnsClient(lab, Machine::resolver, Lab::resolver6)},
      fast_path_{DnsClient(lab, Machine::client, Lab::resolver4), DnsClient(lab, Machine::client, Lab::resolver6)} {}

Reply Sides::ask(Machine machine, Clients &clients, const Asking &asking, Wait wait) {
    DnsQuery query = asking.query;
    query.id = ++id_;
    if (asking.tcp) {
        return ask_over_tcp(lab_, machine, asking.ipv6 ? Lab::resolver6 : Lab::resolver4, query);
    }
    return (asking.ipv6 ? clients.ipv6 : clients.ipv4)
        .ask(query, asking.malformed && wait != Wait::patient ? short_wait : usual_wait);
}

Reply Sides::ask_resolver(const Asking &asking, Wait wait) {
    return ask(Machine::resolver, resolver_, asking, wait);
}

Answered Sides::ask_fast_path(const Asking &asking, Wait wait) {
    const auto before = results();
    Answered answered = {ask(Machine::client, fast_path_, asking, wait), {}};
    for (const auto &[name, count] : results()) {
        const double grown = count - before.at(name);
        if (grown > 0) {
            answered.result += (answered.result.empty() ? "" : " and ") + name + (grown == 1 ? "" : " more than once");
        }
    }
    answered.result = answered.result.empty() ? "nothing" : answered.result;
    return answered;
}

std::map<std::string, double> Sides::results() const {
    const Samples now = metrics(lab_);
    std::map<std::string, double> counts;
    for (const std::string name : result_names) {
        counts[name] = now.fastpath("queries_total{result=\"" + name + "\"}");
    }
    return counts;
}

void Sides::settle() const {
    test::settle(lab_);
}

void Sides::flush_fast_path() const {
    control(lab_, {"cache", "flush-all"});
}

void Sides::restart_resolver() const {
    lab_.restart_resolver();
}

} // namespace fastpath::test
