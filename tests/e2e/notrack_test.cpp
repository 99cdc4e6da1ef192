// SPDX-License-Identifier: Apache-2.0
// Notrack and the kernel's connection tracking, in two network namespaces of the test's own: that of the resolver, which tracks
// all it sees, and that of a client. The test sends the packets of both.
#include "conntrack/notrack.h"
#include "conntrack/table.h"
#include "doctor/firewall.h"
#include "doctor/host_facts.h"
#include "harness/process.h"
#include "util/unique_fd.h"

#include <arpa/inet.h>
#include <array>
#include <fcntl.h>
#include <filesystem>
#include <functional>
#include <gtest/gtest.h>
#include <memory>
#include <sched.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>
#include <sstream>
#include <stdexcept>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace fastpath {
namespace {

using Addresses = std::set<IpAddress>;

constexpr uint64_t second = FP_NSEC_PER_SEC;
constexpr const char *resolver4 = "198.18.0.2";
constexpr const char *resolver6 = "2001:db8::2";
constexpr const char *client4 = "198.18.0.10";
constexpr const char *client6 = "2001:db8::10";

IpAddress address(const char *text) {
    return parse_address(text).value();
}

const Addresses listeners = {address(resolver4), address(resolver6)};

void check(bool done, const char *what) {
    if (!done) {
        throw std::system_error(errno, std::generic_category(), what);
    }
}

std::string must_run(const test::Command &command, const std::string &input = {}) {
    const test::Finished finished = test::run(command, input);
    if (finished.exit_code != 0) {
        throw std::runtime_error(command[0] + ": " + finished.output);
    }
    return finished.output;
}

void nft(const std::string &commands) {
    must_run({"nft", "-f", "-"}, commands + "\n");
}

std::string our_table() {
    return test::run({"nft", "list", "table", "inet", "dns_fastpath"}).output;
}

bool is_in_place() {
    return our_table().find("notrack") != std::string::npos;
}

// Where a socket is made decides which namespace it lives in.
class OtherNamespace {
  public:
    explicit OtherNamespace(pid_t pid)
        : home_(::open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC)),
          there_(::open(("/proc/" + std::to_string(pid) + "/ns/net").c_str(), O_RDONLY | O_CLOEXEC)) {
        check(::setns(there_.get(), CLONE_NEWNET) == 0, "setns");
    }
    ~OtherNamespace() { ::setns(home_.get(), CLONE_NEWNET); }
    OtherNamespace(const OtherNamespace &) = delete;
    OtherNamespace &operator=(const OtherNamespace &) = delete;

  private:
    UniqueFd home_;
    UniqueFd there_;
};

struct Endpoint {
    sockaddr_storage storage = {};
    socklen_t length = 0;

    Endpoint(const char *text, uint16_t port) {
        auto *const v4 = reinterpret_cast<sockaddr_in *>(&storage);
        auto *const v6 = reinterpret_cast<sockaddr_in6 *>(&storage);
        if (::inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
            v4->sin_family = AF_INET;
            v4->sin_port = htons(port);
            length = sizeof(*v4);
        } else {
            check(::inet_pton(AF_INET6, text, &v6->sin6_addr) == 1, text);
            v6->sin6_family = AF_INET6;
            v6->sin6_port = htons(port);
            length = sizeof(*v6);
        }
    }
    [[nodiscard]] const sockaddr *get() const { return reinterpret_cast<const sockaddr *>(&storage); }
};

UniqueFd bound_socket(const Endpoint &to, int type) {
    UniqueFd socket(::socket(to.storage.ss_family, type | SOCK_CLOEXEC, 0));
    const timeval patience = {2, 0};
    const int on = 1;
    ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)); // of connect() as well
    check(::bind(socket.get(), to.get(), to.length) == 0, "bind");
    return socket;
}

class NotrackTest : public testing::Test {
  public:
    static void SetUpTestSuite() {
        if (::unshare(CLONE_NEWNET) != 0) {
            throw std::runtime_error("cannot make a network namespace; run as root");
        }
        client_ = std::make_unique<test::Process>(test::Command{"unshare", "--net", "sleep", "1000"});
        const auto space = [](const std::string &pid) {
            return std::filesystem::read_symlink("/proc/" + pid + "/ns/net");
        };
        const std::string pid = std::to_string(client_->pid());
        ASSERT_TRUE(test::eventually([&] { return space(pid) != space("self"); }));
        must_run({"ip", "link", "add", "fpnt0", "type", "veth", "peer", "name", "fpnt1", "netns", pid});
        configure({}, "fpnt0", resolver4, resolver6);
        configure({"nsenter", "--net=/proc/" + pid + "/ns/net"}, "fpnt1", client4, client6);
    }
    static void TearDownTestSuite() { client_.reset(); }

  protected:
    // One rule that looks at the state of connections is enough for all of them to be tracked.
    NotrackTest() {
        nft("flush ruleset");
        nft("table inet track {\n chain input {\n type filter hook input priority 0\n ct state invalid drop\n }\n }");
        must_run({"conntrack", "-F"});
        spdlog::set_default_logger(
            std::make_shared<spdlog::logger>("test", std::make_shared<spdlog::sinks::ostream_sink_mt>(log_)));
    }

    // One message there and one back, as the two would send them.
    static void exchange(int type, const char *from, const char *to, uint16_t port) {
        const Endpoint server_end(to, port);
        const UniqueFd server = socket_of(to, port, type);
        const UniqueFd asker = socket_of(from, 0, type);
        if (type == SOCK_STREAM) {
            check(::listen(server.get(), 1) == 0, "listen");
        }
        check(::connect(asker.get(), server_end.get(), server_end.length) == 0, "connect");
        check(::send(asker.get(), "?", 1, 0) == 1, "send");
        answer(server, type);
        std::array<char, 1> received = {};
        check(::recv(asker.get(), received.data(), received.size(), 0) == 1 && received[0] == '!', "the answer");
    }

    // Queries of clients to us, of the resolver here to others, and of this host to itself.
    static void exchange_all(const std::function<void(const std::string &)> &then) {
        for (const auto &[type, protocol] : {std::pair(SOCK_DGRAM, "UDP"), std::pair(SOCK_STREAM, "TCP")}) {
            for (const auto &[from, to] :
                 {std::pair(client4, resolver4), std::pair(client6, resolver6), std::pair(resolver4, client4),
                  std::pair(resolver6, client6), std::pair(resolver4, resolver4), std::pair(resolver6, resolver6),
                  std::pair("127.0.0.1", resolver4), std::pair("127.0.0.1", "127.0.0.1"), std::pair("::1", "::1")}) {
                exchange(type, from, to, 53);
                then(std::string(protocol) + " from " + from + " to " + to);
                must_run({"conntrack", "-F"});
            }
        }
    }

    static uint64_t tracked() { return tracked_dns_connections(listeners).value(); }

    static std::optional<std::string> hindrance() {
        return doctor::hindrance_of_notrack(doctor::read_nft_ruleset().value());
    }

    [[nodiscard]] std::string log_text() const { return log_.str(); }

    // How often the log has this text.
    [[nodiscard]] size_t said(const std::string &text) const {
        const std::string log = log_.str();
        size_t times = 0;
        for (size_t at = log.find(text); at != std::string::npos; at = log.find(text, at + 1)) {
            times++;
        }
        return times;
    }

    // In place, and through with what the kernel announced of that: at 1 s.
    static Notrack installed(const Addresses &addresses = listeners) {
        Notrack notrack = Notrack::create().value();
        const Result<> done = notrack.set_addresses(addresses);
        EXPECT_TRUE(done) << done.error().message;
        notrack.keep_in_place(1 * second);
        return notrack;
    }

  private:
    static void configure(const test::Command &in, const char *interface, const char *ipv4, const char *ipv6) {
        const auto ip = [&in](const test::Command &words) {
            test::Command command = in;
            command.emplace_back("ip");
            command.insert(command.end(), words.begin(), words.end());
            must_run(command);
        };
        ip({"link", "set", "lo", "up"});
        ip({"link", "set", interface, "up"});
        ip({"address", "add", std::string(ipv4) + "/24", "dev", interface});
        ip({"address", "add", std::string(ipv6) + "/64", "dev", interface, "nodad"});
    }

    // Of whom the address is.
    static UniqueFd socket_of(const char *text, uint16_t port, int type) {
        const Endpoint end(text, port);
        if (const std::string_view owner = text; owner == client4 || owner == client6) {
            const OtherNamespace client(client_->pid());
            return bound_socket(end, type);
        }
        return bound_socket(end, type);
    }

    static void answer(const UniqueFd &server, int type) {
        UniqueFd connection;
        if (type == SOCK_STREAM) {
            connection.reset(::accept(server.get(), nullptr, nullptr));
            check(static_cast<bool>(connection), "accept");
        }
        const int socket = type == SOCK_STREAM ? connection.get() : server.get();
        sockaddr_storage peer = {};
        socklen_t length = sizeof(peer);
        std::array<char, 1> received = {};
        auto *const peer_address = reinterpret_cast<sockaddr *>(&peer);
        check(::recvfrom(socket, received.data(), received.size(), 0, peer_address, &length) == 1, "the query");
        const ssize_t sent =
            type == SOCK_STREAM ? ::send(socket, "!", 1, 0) : ::sendto(socket, "!", 1, 0, peer_address, length);
        check(sent == 1, "send");
    }

    static std::unique_ptr<test::Process> client_;

    std::ostringstream log_;
};

std::unique_ptr<test::Process> NotrackTest::client_;

TEST_F(NotrackTest, WithoutItAllDnsIsTracked) {
    exchange_all([](const std::string &what) { EXPECT_EQ(read_conntrack_fill()->entries, 1) << what; });
}

TEST_F(NotrackTest, KeepsDnsOfBothRolesUntracked) {
    const Notrack notrack = installed();
    exchange_all([](const std::string &what) { EXPECT_EQ(read_conntrack_fill()->entries, 0) << what; });
}

TEST_F(NotrackTest, LeavesOtherPortsAndAddressesToTheirTracking) {
    const Notrack notrack = installed({address(resolver6)});
    exchange(SOCK_DGRAM, client6, resolver6, 54);
    EXPECT_EQ(read_conntrack_fill()->entries, 1) << "another port";
    exchange(SOCK_DGRAM, client4, resolver4, 53);
    EXPECT_EQ(tracked(), 1) << "another address";
    EXPECT_EQ(read_conntrack_fill()->entries, 2);
}

TEST_F(NotrackTest, FollowsTheAddresses) {
    Notrack notrack = installed({address(resolver4)});
    ASSERT_TRUE(notrack.set_addresses({address(resolver6)}));
    exchange(SOCK_DGRAM, client4, resolver4, 53);
    exchange(SOCK_DGRAM, client6, resolver6, 53);
    EXPECT_EQ(tracked(), 1);
    EXPECT_EQ(our_table().find(resolver4), std::string::npos);
    ASSERT_TRUE(notrack.set_addresses({}));
    EXPECT_TRUE(is_in_place()) << "without an address, for now";
}

// A daemon that was killed leaves it there, and goes on working with the next one.
TEST_F(NotrackTest, TakesTheTableOfAnEarlierDaemonOver) {
    static_cast<void>(installed({address(client4)}));
    ASSERT_TRUE(is_in_place());
    const Notrack notrack = installed();
    EXPECT_EQ(our_table().find(client4), std::string::npos);
    EXPECT_NE(our_table().find(resolver4), std::string::npos);
}

TEST_F(NotrackTest, IsPutBackAfterAReloadOfTheFirewall) {
    Notrack notrack = installed();
    const std::string before = our_table();
    nft("flush ruleset");
    ASSERT_FALSE(is_in_place());
    notrack.keep_in_place(2 * second);
    EXPECT_EQ(our_table(), before);
    EXPECT_EQ(said("put back"), 1);
    notrack.keep_in_place(3 * second);
    notrack.keep_in_place(4 * second);
    EXPECT_EQ(said("put back"), 1) << "once for each time that it happened";
}

TEST_F(NotrackTest, IsPutBackAsItWasAfterAChange) {
    Notrack notrack = installed();
    const std::string before = our_table();
    uint64_t now = 1 * second;
    size_t times = 0;
    for (const std::string change :
         {"flush chain inet dns_fastpath to_us", "delete element inet dns_fastpath listen4 { 198.18.0.2 }",
          "add rule inet dns_fastpath output accept", "add chain inet dns_fastpath other"}) {
        nft(change);
        ASSERT_NE(our_table(), before) << change;
        notrack.keep_in_place(now += second);
        EXPECT_EQ(our_table(), before) << change;
        EXPECT_EQ(said("put back"), ++times) << change;
    }
}

TEST_F(NotrackTest, SaysNothingOfItsOwnChangesAndOfOtherTables) {
    Notrack notrack = installed();
    notrack.keep_in_place(2 * second);
    ASSERT_TRUE(notrack.set_addresses({address(resolver4)}));
    notrack.keep_in_place(3 * second);
    nft("add table inet other");
    nft("delete table inet other");
    notrack.keep_in_place(4 * second);
    EXPECT_EQ(said("put back"), 0);
}

// Two that want different tables of this name take turns, but not faster than this.
TEST_F(NotrackTest, IsPutBackAtMostOnceASecond) {
    Notrack notrack = installed();
    nft("flush ruleset");
    notrack.keep_in_place(11 * second);
    ASSERT_TRUE(is_in_place());
    nft("flush ruleset");
    notrack.keep_in_place(12 * second - 1);
    EXPECT_FALSE(is_in_place());
    notrack.keep_in_place(12 * second);
    EXPECT_TRUE(is_in_place());
    EXPECT_EQ(said("put back"), 2);
}

// More announcements than the socket holds: the last one, that the table is gone, is lost.
TEST_F(NotrackTest, IsPutBackAfterTheLoadOfALargeRuleset) {
    Notrack notrack = installed();
    std::string rules = "add table inet large\nadd chain inet large rules\n";
    for (int i = 0; i < 5000; i++) {
        rules += "add rule inet large rules ip daddr 198.19.0.1 udp dport " + std::to_string(i + 1) + " accept\n";
    }
    nft(rules + "delete table inet dns_fastpath");
    ASSERT_FALSE(is_in_place());
    notrack.keep_in_place(2 * second);
    EXPECT_TRUE(is_in_place());
    EXPECT_EQ(said("put back"), 1);
}

TEST_F(NotrackTest, DoesNotMindAnotherDaemonsTable) {
    Notrack notrack = installed();
    Notrack other = Notrack::create("second_one").value();
    ASSERT_TRUE(other.set_addresses({address(client4)}));
    notrack.keep_in_place(2 * second);
    other.keep_in_place(2 * second);
    EXPECT_EQ(said("put back"), 0);
    EXPECT_NE(our_table().find(resolver4), std::string::npos);
    ASSERT_TRUE(other.remove());
    EXPECT_TRUE(is_in_place());
}

TEST_F(NotrackTest, RemovesItsTableAndNothingElse) {
    Notrack notrack = installed();
    nft("add table inet dns_fastpath2\nadd table ip dns_fastpath");
    ASSERT_TRUE(notrack.remove());
    EXPECT_EQ(must_run({"nft", "list", "tables"}),
              "table inet track\ntable inet dns_fastpath2\ntable ip dns_fastpath\n");
    notrack.keep_in_place(2 * second);
    EXPECT_FALSE(is_in_place()) << "put back although it was not wanted any more";
    EXPECT_TRUE(notrack.remove()) << "there is none";
    EXPECT_EQ(must_run({"nft", "list", "tables"}),
              "table inet track\ntable inet dns_fastpath2\ntable ip dns_fastpath\n");
}

TEST_F(NotrackTest, RemovesWhatADaemonThatWasKilledHasLeft) {
    static_cast<void>(installed());
    ASSERT_TRUE(is_in_place());
    ASSERT_TRUE(Notrack::create().value().remove());
    EXPECT_FALSE(is_in_place());
}

TEST_F(NotrackTest, SaysWhatToDoWhereItIsNotAllowed) {
    const auto try_as_nobody = [] {
        if (::setuid(65534) != 0) {
            ::_exit(2);
        }
        Result<Notrack> notrack = Notrack::create();
        const Result<> done = notrack ? notrack->set_addresses(listeners) : tl::unexpected(notrack.error());
        const std::string message = done ? "" : done.error().message;
        const bool is_told = message.find("Operation not permitted") != std::string::npos &&
                             message.find("CAP_NET_ADMIN") != std::string::npos &&
                             message.find("conntrack.notrack: false") != std::string::npos;
        ::_exit(is_told ? 0 : 1);
    };
    EXPECT_EXIT(try_as_nobody(), testing::ExitedWithCode(0), "");
}

// DNS that is not tracked has no state by which such a firewall would let it in: the resolver would be cut off.
constexpr const char *stateful_firewall =
    "table inet strict {\n chain input {\n type filter hook input priority 0; policy drop\n"
    " iif lo accept\n ct state established,related accept\n udp dport 53 accept\n }\n }";

TEST_F(NotrackTest, IsNotPutInPlaceWhereAFirewallWouldDropUntrackedDns) {
    nft(stateful_firewall);
    Notrack notrack = Notrack::create("dns_fastpath", hindrance).value();
    const Result<> done = notrack.set_addresses(listeners);
    ASSERT_FALSE(done);
    EXPECT_NE(done.error().message.find("table inet strict, chain input"), std::string::npos) << done.error().message;
    EXPECT_NE(done.error().message.find("ct state untracked"), std::string::npos) << "the remedy";
    EXPECT_FALSE(is_in_place());
    EXPECT_NO_THROW(exchange(SOCK_DGRAM, resolver4, client4, 53)) << "the resolver asks somebody else";

    nft("insert rule inet strict input meta l4proto { tcp, udp } th sport 53 ct state untracked accept");
    notrack.keep_in_place(2 * second);
    EXPECT_TRUE(is_in_place()) << log_text();
    EXPECT_NO_THROW(exchange(SOCK_DGRAM, resolver4, client4, 53));
}

TEST_F(NotrackTest, MakesWayForAFirewallThatComesLater) {
    Notrack notrack = Notrack::create("dns_fastpath", hindrance).value();
    ASSERT_TRUE(notrack.set_addresses(listeners));
    notrack.keep_in_place(1 * second);
    nft(stateful_firewall);
    EXPECT_ANY_THROW(exchange(SOCK_DGRAM, resolver4, client4, 53)) << "what it is for";
    notrack.keep_in_place(2 * second);
    EXPECT_FALSE(is_in_place());
    EXPECT_EQ(said("is tracked from now on"), 1);
    EXPECT_NO_THROW(exchange(SOCK_DGRAM, resolver4, client4, 53));

    notrack.keep_in_place(3 * second);
    nft("delete table inet strict");
    notrack.keep_in_place(4 * second);
    EXPECT_TRUE(is_in_place());
    EXPECT_EQ(said("is tracked from now on"), 1);
}

TEST_F(NotrackTest, TakesOutTheTableOfAnEarlierDaemonWhereItHurts) {
    static_cast<void>(installed());
    nft(stateful_firewall);
    EXPECT_FALSE(Notrack::create("dns_fastpath", hindrance).value().set_addresses(listeners));
    EXPECT_FALSE(is_in_place());
}

TEST_F(NotrackTest, IsSeenByTheDoctor) {
    EXPECT_EQ(doctor::notrack_addresses(doctor::gather_host_facts(listeners).ruleset.value(), "dns_fastpath"),
              std::nullopt);
    const Notrack notrack = installed();
    nft("table ip zones {\n chain out {\n type filter hook output priority raw\n udp sport 53 ct zone set 5\n }\n }");
    exchange(SOCK_DGRAM, client4, resolver4, 53);
    const doctor::HostFacts facts = doctor::gather_host_facts(listeners);
    EXPECT_EQ(facts.dns_connections, 1) << "the zone comes behind our table, and has the answer tracked";
    ASSERT_TRUE(facts.ruleset) << facts.why_no_ruleset;
    EXPECT_EQ(doctor::notrack_addresses(*facts.ruleset, "dns_fastpath"), listeners);
    const auto zones = doctor::zone_rules(*facts.ruleset);
    ASSERT_EQ(zones.size(), 1);
    EXPECT_EQ(zones[0]->table, "zones");
}

} // namespace
} // namespace fastpath
