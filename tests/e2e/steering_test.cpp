// SPDX-License-Identifier: Apache-2.0
#include "e2e/steering_test.h"

#include <stdexcept>

namespace fastpath::test {
namespace {

// No two of one process are the same.
std::string fresh_name(const std::string &zone) {
    static unsigned count = 0;
    return "n" + std::to_string(count++) + "." + zone;
}

// The text of the first record of an answer without EDNS: behind header and question there are a name of two octets, ten octets
// of type, class, TTL and length, and the length of the string.
std::string first_text(const DnsQuery &query, const Octets &reply) {
    const size_t begin = FP_DNS_HEADER_LEN + query.question().size() + 2 + 10 + 1;
    return begin < reply.size() ? std::string(reply.begin() + static_cast<ptrdiff_t>(begin), reply.end())
                                : "an answer without a name: " + to_hex(reply);
}

} // namespace

std::string steering_config(const std::string &more, const std::string &health) {
    return "interfaces: [eth0]\n"
           "az: az1\n"
           "acl: {allow: [198.18.0.0/15, \"2001:db8::/32\"]}\n"
           "health: {" +
           health + "}\n" + more;
}

std::string default_pool(const std::vector<std::string> &upstreams) {
    std::string list;
    for (const std::string &upstream : upstreams) {
        list += (list.empty() ? "" : ", ") + upstream;
    }
    return "pools: {default: {upstreams: [" + list + "]}}\n";
}

std::string of_upstream(const std::string &address, const std::string &az, const std::string &pool) {
    return "{upstream=\"" + address + "\",pool=\"" + pool + "\",az=\"" + az + "\"}";
}

std::unique_ptr<FastpathDaemon> SteeringTest::daemon_;

void SteeringTest::TearDownTestSuite() {
    daemon_.reset();
    LabTest::TearDownTestSuite();
}

void SteeringTest::serve(const std::string &config, int upstreams) {
    bool serves = true;
    if (daemon_) {
        serves = daemon_->reloads(config);
    } else {
        daemon_ = std::make_unique<FastpathDaemon>(lab(), config, Machine::fp1);
    }
    if (!serves || !upstreams_up(upstreams)) {
        throw std::runtime_error("dns-fastpathd does not serve: " + daemon_->log());
    }
}

bool SteeringTest::upstreams_up(int count, Machine host) {
    return eventually([&] { return metrics(lab(), host).sum("upstream_up") == count; });
}

std::string SteeringTest::who_answers(const Way &way) {
    DnsClient client(lab(), Machine::client, way.server, way.from);
    const DnsQuery query{.name = fresh_name(way.zone), .qtype = type::txt};
    const std::optional<Octets> reply = client.ask(query, std::chrono::seconds(1));
    return reply ? first_text(query, *reply) : "";
}

Survey SteeringTest::survey(int names, const Way &way) {
    Survey answered;
    for (int i = 0; i < names; i++) {
        answered[who_answers(way)]++;
    }
    return answered;
}

bool SteeringTest::answers_come_from(const std::set<std::string> &machines, const Way &way) {
    return eventually([&] {
        std::set<std::string> answered;
        for (const auto &[machine, count] : survey(30, way)) {
            answered.insert(machine);
        }
        return answered == machines;
    });
}

std::vector<std::string> questions_who(unsigned count) {
    std::vector<std::string> questions;
    for (unsigned i = 0; i < count; i++) {
        questions.push_back("q" + std::to_string(100'000 + i) + ".who.example A");
    }
    return questions;
}

Gone::Gone(const Lab &lab, Machine machine) : lab_(lab), machine_(machine) {
    lab_.must_run(machine_, {"nft", "-f", "-"},
                  "table inet gone {\n"
                  "  chain prerouting {\n"
                  "    type filter hook prerouting priority raw\n"
                  "    iifname eth0 drop\n"
                  "  }\n"
                  "}\n");
}

Gone::~Gone() {
    lab_.must_run(machine_, {"nft", "delete", "table", "inet", "gone"});
}

} // namespace fastpath::test
