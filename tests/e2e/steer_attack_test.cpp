// SPDX-License-Identifier: Apache-2.0
// Answers that nobody of ours gave: from off the path, with the address of an upstream or without. None reaches a client or the
// cache. Whoever is on the path sees ports and ids, and nothing here holds against that.
#include "e2e/load.h"
#include "e2e/steering_test.h"
#include "harness/packet.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <random>
#include <sys/socket.h>

namespace fastpath::test {
namespace {

constexpr unsigned names = 5000;
constexpr unsigned forgeries_at_once = 100; // every 5 ms or so
constexpr const char *poison = "198.18.66.66";

// From a raw socket on the stranger's machine: IP header and all, to fp1.
class Forger {
  public:
    explicit Forger(const Lab &lab) : socket_(lab.socket(Machine::stranger, AF_INET, SOCK_RAW, IPPROTO_RAW)) {}

    // Answers that `source` might give to steered queries: the ports are ours, the names are asked at this time, ids are guessed.
    void send_answers(const std::string &source, unsigned count) {
        for (unsigned i = 0; i < count; i++) {
            const auto port = static_cast<uint16_t>(20'000 + random_() % 4096);
            send(frame(Ipv4{.src = source, .dst = address::fp1}, Udp{.src = FP_DNS_PORT, .dst = port}, answer()));
        }
    }
    // To one port, whoever listens there.
    void send_answer_to(const std::string &destination, uint16_t port) {
        send(frame(Ipv4{.src = address::az1a, .dst = destination}, Udp{.src = FP_DNS_PORT, .dst = port}, answer()));
    }

    [[nodiscard]] uint64_t sent() const { return sent_; }

  private:
    Octets answer() {
        const std::string name = "q" + std::to_string(100'000 + random_() % names) + ".who.example.";
        Octets record = {0xc0, FP_DNS_HEADER_LEN, 0, type::a, 0, FP_CLASS_IN};
        append32(record, 300); // it would be in the cache for that long
        append16(record, sizeof(in_addr));
        in_addr data = {};
        ::inet_pton(AF_INET, poison, &data);
        append(record, {reinterpret_cast<const uint8_t *>(&data), sizeof(data)});
        return DnsQuery{.id = static_cast<uint16_t>(random_()),
                        .flags = FP_DNS_QR | FP_DNS_RD | FP_DNS_RA,
                        .name = name,
                        .tail = record,
                        .ancount = 1}
            .octets();
    }

    void send(const Packet &packet) {
        const Octets octets = packet.octets();
        const size_t ethernet = 14; // the kernel's own
        sockaddr_in to = {};
        to.sin_family = AF_INET;
        ::inet_pton(AF_INET, std::get<Ipv4>(packet.ip).dst.c_str(), &to.sin_addr);
        const ssize_t sent = ::sendto(socket_.get(), octets.data() + ethernet, octets.size() - ethernet, 0,
                                      reinterpret_cast<const sockaddr *>(&to), sizeof(to));
        sent_ += sent > 0 ? 1 : 0;
    }

    UniqueFd socket_;
    std::mt19937 random_{4}; // the same forgeries in each run
    uint64_t sent_ = 0;
};

// Counts the forged answers that arrive at the client's machine, whatever port they come to. The names are of one length, so the
// address is at one place: UDP 8, header 12, question 25 + 4, record 12 octets.
class Net {
  public:
    explicit Net(const Lab &lab) : lab_(lab) {
        lab_.must_run(Machine::client, {"nft", "-f", "-"},
                      "table inet net {\n"
                      "  chain prerouting {\n"
                      "    type filter hook prerouting priority raw\n"
                      "    udp sport 53 @th,456,32 0xc6124242 counter\n"
                      "  }\n"
                      "}\n");
    }
    ~Net() { lab_.must_run(Machine::client, {"nft", "delete", "table", "inet", "net"}); }
    Net(const Net &) = delete;
    Net &operator=(const Net &) = delete;

    [[nodiscard]] bool is_empty() const {
        return lab_.must_run(Machine::client, {"nft", "list", "table", "inet", "net"}).find("packets 0 ") !=
               std::string::npos;
    }

  private:
    const Lab &lab_;
};

// az1a answers one query of two, so that thousands of flows are open at any time: the odds of an attacker are at their best.
class RareAnswers {
  public:
    explicit RareAnswers(const Lab &lab) : lab_(lab) {
        lab_.must_run(Machine::az1a, {"nft", "-f", "-"},
                      "table inet rare {\n"
                      "  chain prerouting {\n"
                      "    type filter hook prerouting priority raw\n"
                      "    ip saddr 198.18.0.2 udp dport 53 numgen random mod 2 == 0 drop\n"
                      "  }\n"
                      "}\n");
    }
    ~RareAnswers() { lab_.must_run(Machine::az1a, {"nft", "delete", "table", "inet", "rare"}); }
    RareAnswers(const RareAnswers &) = delete;
    RareAnswers &operator=(const RareAnswers &) = delete;

  private:
    const Lab &lab_;
};

class Attack : public SteeringTest {
  protected:
    static bool is_poisoned() {
        return control(lab(), {"cache", "dump"}, Machine::fp1).find(poison) != std::string::npos;
    }
};

TEST_F(Attack, WithTheAddressOfAnUpstream) {
    serve(steering_config(default_pool({"{address: 198.18.1.11}"}), "interval: 1m, rise: 1"), 1);
    const Net net(lab());
    const RareAnswers rare(lab());
    Forger forger(lab());
    Load load(lab(), 1000, 4, questions_who(names));
    ASSERT_TRUE(eventually([] { return counter("upstream_queries_total" + of_upstream(address::az1a, "")) > 500; }));
    const auto begin = std::chrono::steady_clock::now();
    ASSERT_TRUE(eventually([&] {
        forger.send_answers(address::az1a, forgeries_at_once);
        return !load.is_running();
    }));
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    EXPECT_GT(static_cast<double>(forger.sent()), took.count() * 10'000) << "of " << took.count() << " seconds";
    const LoadReport report = load.report();
    EXPECT_GT(report.lost, report.sent / 4) << "no flow was left open";
    EXPECT_TRUE(net.is_empty());
    EXPECT_FALSE(is_poisoned());
    // A few have port and id of an open flow, but not its question.
    EXPECT_GE(counter("drops_total{reason=\"unasked\"}") + counter("drops_total{reason=\"question\"}"),
              static_cast<double>(forger.sent()));

    forger.send_answer_to(Lab::client4, 40'000);
    EXPECT_TRUE(eventually([&] { return !net.is_empty(); })) << "the net catches nothing";
}

// To the programs it is nothing of theirs, and to the host it is for a port that nobody has.
TEST_F(Attack, WithAnAddressThatIsNoUpstreams) {
    serve(steering_config(default_pool({"{address: 198.18.1.11}"})), 1);
    const Net net(lab());
    Forger forger(lab());
    Load load(lab(), 1000, 2, questions_who(names));
    ASSERT_TRUE(eventually([&] {
        forger.send_answers(address::stranger, forgeries_at_once);
        return !load.is_running();
    }));
    EXPECT_EQ(load.report().lost, 0u);
    EXPECT_TRUE(net.is_empty());
    EXPECT_FALSE(is_poisoned());
}

// Nor does any answer to the port that clients ask make an entry.
TEST_F(Attack, AtTheListenPort) {
    serve(steering_config(default_pool({"{address: 198.18.1.11}"})), 1);
    Forger forger(lab());
    const double before = counter("pass_total{reason=\"response\"}");
    for (int i = 0; i < 100; i++) {
        forger.send_answer_to(address::fp1, FP_DNS_PORT);
    }
    EXPECT_TRUE(eventually([&] { return counter("pass_total{reason=\"response\"}") == before + 100; }));
    EXPECT_FALSE(is_poisoned());
}

} // namespace
} // namespace fastpath::test
