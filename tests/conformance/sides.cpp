// SPDX-License-Identifier: Apache-2.0
#include "conformance/sides.h"

#include "conformance/hit_rule.h"
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

Sides::Asker::Asker(const Lab &lab, Machine machine, const Server &asked)
    : from(machine), server(asked), ipv4(lab, machine, asked.ipv4), ipv6(lab, machine, asked.ipv6) {}

Sides::Sides(const Lab &lab, const Setting &setting)
    : lab_(lab), setting_(setting), resolver_(lab, setting.resolver.machine, setting.resolver),
      local_resolver_(lab, setting.host.machine, setting.host), fast_path_(lab, Machine::client, setting.host) {}

Reply Sides::ask(Asker &asker, const Asking &asking, Wait wait) {
    DnsQuery query = asking.query;
    query.id = ++id_;
    if (asking.tcp) {
        return ask_over_tcp(lab_, asker.from, asking.ipv6 ? asker.server.ipv6 : asker.server.ipv4, query);
    }
    return (asking.ipv6 ? asker.ipv6 : asker.ipv4)
        .ask(query, asking.malformed && wait != Wait::patient ? short_wait : usual_wait);
}

Reply Sides::ask_resolver(const Asking &asking, Wait wait) {
    return ask(is_eligible(asking) ? resolver_ : local_resolver_, asking, wait);
}

Answered Sides::ask_fast_path(const Asking &asking, Wait wait) {
    const auto before = results();
    Answered answered = {ask(fast_path_, asking, wait), {}};
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
    const Samples now = metrics(lab_, setting_.host.machine);
    std::map<std::string, double> counts;
    for (const std::string name : result_names) {
        counts[name] = now.fastpath("queries_total{result=\"" + name + "\"}");
    }
    return counts;
}

void Sides::settle() const {
    test::settle(lab_, setting_.host.machine);
}

void Sides::flush_fast_path() const {
    control(lab_, {"cache", "flush-all"}, setting_.host.machine);
}

void Sides::restart_resolvers() const {
    for (const Server &server : setting_.resolvers()) {
        lab_.restart_resolver(server.machine);
    }
}

} // namespace fastpath::test
