// SPDX-License-Identifier: Apache-2.0
// Answers: of upstreams on their way home (XDP), of the resolver of this host on their way out (TC); and what else goes out.
#include "case.h"
#include "harness/expected_answer.h"
#include "numbered.h"
#include "steer_packet.h"
#include "world.h"

#include <linux/pkt_cls.h>
#include <set>

namespace fastpath::test {
namespace {

constexpr uint32_t open_at_once = 4096; // flows, and queries; each answer uses one up
constexpr uint16_t another_port = first_source_port + 1;

std::string host(uint32_t number) {
    return letters_of(number) + ".example.com.";
}

Packet query_for(const std::string &name, uint32_t id) {
    return frame(DnsQuery{.id = static_cast<uint16_t>(id), .name = name, .edns = Edns{}});
}

Packet sent_on(const Packet &query, uint16_t port = first_source_port) {
    return translated(query, {.ethernet = {},
                              .vlans = {},
                              .src = source_ipv4,
                              .dst = upstream_ipv4,
                              .src_port = port,
                              .dst_port = FP_DNS_PORT,
                              .id = query.dns.id});
}

// The question stands in it as in the query.
Packet answer_to(const Packet &query) {
    const std::string &name = query.dns.name;
    const ResponseText response = {.question = name + " IN A", .answer = {name + " 3600 IN A 192.0.2.1"}};
    Packet answer = reply_to(query, expected_answer(query.dns, response, 0));
    answer.dns = query.dns;
    return answer;
}

// Steered queries, and how their answers come.
struct Steered {
    std::vector<OpenFlow> flows;
    std::vector<Packet> answers;

    void add(const Packet &query, const Packet &sent) {
        flows.push_back(open_flow(query, sent));
        answers.push_back(answer_to(sent));
    }
};

// All different, and without two in a slot of the map `asking`: of these only one would be learned.
Steered different_questions() {
    Steered steered;
    std::set<uint64_t> taken;
    for (uint32_t number = 0; steered.flows.size() < open_at_once; number++) {
        const Packet query = query_for(host(number), static_cast<uint32_t>(steered.flows.size()));
        const Packet sent = sent_on(query);
        if (taken.insert(open_flow(query, sent).flow.key.hash[0] % FP_ASKING_SLOTS).second) {
            steered.add(query, sent);
        }
    }
    return steered;
}

// All the same, and learned from somebody else's query.
Steered one_question() {
    Steered steered;
    for (uint32_t id = 0; id < open_at_once; id++) {
        const Packet query = query_for(host(0), id);
        steered.add(query, sent_on(query));
    }
    steered.flows.push_back(open_flow(query_for(host(0), 0), sent_on(query_for(host(0), 0), another_port)));
    return steered;
}

Case home(BenchWorld &world, const std::string &what, const Steered &steered, fp_learn_outcome learned) {
    return {.name = "home/" + what,
            .packet = RepeatedPacket(steered.answers),
            .counts = {FP_OUT_answered, learned},
            .prepare = [&world] { world.be_steering(); },
            .before_run =
                [&world, flows = steered.flows]() mutable {
                    world.refresh();
                    BenchWorld::open(flows);
                },
            .in_one_run = open_at_once};
}

Case egress(BenchWorld &world, const std::string &what, const RepeatedPacket &packet) {
    return {.name = "egress/" + what,
            .entrance = Entrance::learn,
            .packet = packet,
            .verdict = static_cast<uint32_t>(TC_ACT_UNSPEC),
            .prepare = [&world] { world.be_local(); }};
}

Case learned(BenchWorld &world) {
    OpenQueries queries;
    std::vector<Packet> answers;
    for (uint32_t number = 0; number < open_at_once; number++) {
        const Packet query = query_for(host(number), number);
        queries.add(query);
        answers.push_back(answer_to(query));
    }
    Case result = egress(world, "learned", RepeatedPacket(answers));
    result.counts = {FP_LEARN_sent};
    result.before_run = [&world, queries]() mutable {
        world.refresh();
        BenchWorld::open(queries);
    };
    result.in_one_run = open_at_once;
    return result;
}

} // namespace

std::vector<Case> answer_cases(BenchWorld &world) {
    return {
        home(world, "learned", different_questions(), FP_LEARN_sent),
        home(world, "not-learned", one_question(), FP_LEARN_asked_twice),
        learned(world),
        egress(world, "udp", RepeatedPacket(frame(Udp{.dst = 443}))),
    };
}

} // namespace fastpath::test
