// SPDX-License-Identifier: Apache-2.0
// Interfaces and addresses: several of them, and their changes while the daemon runs.
#include "e2e/lab_test.h"
#include "harness/dns_client.h"

#include <fstream>

namespace fastpath::test {
namespace {

std::string config_of(const std::string &interfaces) {
    return "interfaces: [" + interfaces + "]\nacl: {allow: [127.0.0.0/8, 198.18.0.0/15, \"2001:db8::/32\"]}\n";
}

// --- several, and their changes ---------------------------------------------------------------------------------------

// A second link between client and resolver. What the client sends from its address there comes in by it: Unbound is at
// resolver4, on whichever interface it is asked.
class Interfaces : public LabTest {
  protected:
    static constexpr const char *client_address = "198.19.0.10";
    static constexpr const char *resolver_address = "198.19.0.2";

    static void SetUpTestSuite() {
        LabTest::SetUpTestSuite();
        if (can_run()) {
            on_client({"ip", "rule", "add", "from", client_address, "table", "100"});
            make_second_link();
        }
    }

    static void make_second_link() {
        on_client({"ip", "link", "add", "eth1", "type", "veth", "peer", "name", "eth1", "netns", resolver_pid()});
        on_client({"ip", "address", "add", std::string(client_address) + "/24", "dev", "eth1"});
        on_client({"ip", "link", "set", "eth1", "up"});
        on_resolver({"ip", "address", "add", std::string(resolver_address) + "/24", "dev", "eth1"});
        on_resolver({"ip", "link", "set", "eth1", "up"});
        on_client({"ip", "route", "add", Lab::resolver4, "via", resolver_address, "dev", "eth1", "table", "100"});
        // As scripts/lab.sh does for eth0: XDP_TX reaches a veth only where that runs a program itself.
        const std::string program = lab().state() / "xdp_pass.o";
        on_client({"ip", "link", "set", "dev", "eth1", "xdpdrv", "object", program, "section", "xdp"});
        on_client({"ethtool", "--offload", "eth1", "tx", "off"});
    }

    static Asked ask_over_second_link(const std::string &name) { return ask({"-b", client_address, name, "A"}); }

  private:
    static std::string resolver_pid() {
        std::ifstream file(lab().state() / "resolver.pid");
        std::string pid;
        file >> pid;
        return pid;
    }
};

TEST_F(Interfaces, SeveralLearnAndAnswerTogether) {
    const FastpathDaemon daemon(lab(), config_of("eth0, eth1"));
    EXPECT_EQ(ask_over_second_link("d0810.mail.example").by, by_unbound);
    EXPECT_EQ(ask_over_second_link("d0810.mail.example").by, by_fast_path);
    EXPECT_EQ(ask({"d0810.mail.example", "A"}).by, by_fast_path) << "what one has learned, the other knows";
    EXPECT_EQ(ask({"d0811.mail.example", "A"}).by, by_unbound);
    EXPECT_EQ(ask_over_second_link("d0811.mail.example").by, by_fast_path);
}

TEST_F(Interfaces, OneThatIsNotListedIsLeftAlone) {
    const FastpathDaemon daemon(lab(), config_of("eth0"));
    ask({"d0812.mail.example", "A"});
    EXPECT_EQ(ask({"d0812.mail.example", "A"}).by, by_fast_path);
    EXPECT_EQ(ask_over_second_link("d0812.mail.example").by, by_unbound);
}

TEST_F(Interfaces, OneThatIsDeletedAndMadeAgainIsFollowed) {
    const FastpathDaemon daemon(lab(), config_of("eth0, eth1"));
    ask({"d0813.mail.example", "A"});
    EXPECT_EQ(ask_over_second_link("d0813.mail.example").by, by_fast_path);

    on_resolver({"ip", "link", "delete", "eth1"});
    EXPECT_EQ(ask({"d0813.mail.example", "A"}).by, by_fast_path) << "the other one goes on";
    make_second_link();
    ASSERT_TRUE(daemon.says("eth1: its programs were gone, attached again")) << daemon.log();
    EXPECT_EQ(ask_over_second_link("d0813.mail.example").by, by_fast_path);
    EXPECT_EQ(ask_over_second_link("d0814.mail.example").by, by_unbound);
    EXPECT_EQ(ask_over_second_link("d0814.mail.example").by, by_fast_path) << "it learns as well";
}

// The loopback interface has no native mode.
TEST_F(Interfaces, WithoutNativeModeAutoIsGenericAndSaysSo) {
    const FastpathDaemon daemon(lab(), config_of("lo"));
    EXPECT_TRUE(daemon.says("lo: falling back to generic mode")) << daemon.log();
    ask_unbound({"d0815.mail.example", "A"});
    settle(lab());
    const Watch watch(lab());
    EXPECT_EQ(ask_unbound({"d0815.mail.example", "A"}).status, "NOERROR");
    EXPECT_EQ(watch.who_answered(), by_fast_path);
}

TEST_F(Interfaces, WithoutNativeModeNativeDoesNotStart) {
    const Finished finished = FastpathDaemon::fail_to_start(lab(), config_of("{name: lo, mode: native}"));
    EXPECT_EQ(finished.exit_code, 1);
    EXPECT_NE(finished.output.find("cannot attach to lo in native mode"), std::string::npos) << finished.output;
    EXPECT_FALSE(has_pins());
}

// --- addresses --------------------------------------------------------------------------------------------------------

class Addresses : public LabTest {
  protected:
    static constexpr const char *second = "198.18.0.3";

    static void add_second() { on_resolver({"ip", "address", "add", std::string(second) + "/24", "dev", "eth0"}); }
    static void remove_second() { on_resolver({"ip", "address", "del", std::string(second) + "/24", "dev", "eth0"}); }

    // Unbound does not listen there, so an answer is the fast path's.
    static bool is_answered_at_second(DnsClient &client) {
        return client
            .ask({.id = ++id_, .flags = FP_DNS_RD | FP_DNS_AD, .name = "d0820.mail.example."},
                 std::chrono::milliseconds(100))
            .has_value();
    }

  private:
    static inline uint16_t id_ = 0;
};

TEST_F(Addresses, AreFollowed) {
    const FastpathDaemon daemon(lab());
    ask({"d0820.mail.example", "A"});
    EXPECT_EQ(ask({"d0820.mail.example", "A"}).by, by_fast_path);
    add_second();
    ASSERT_TRUE(daemon.says("addresses have changed: 1 added")) << daemon.log();
    DnsClient client(lab(), Machine::client, second);
    EXPECT_TRUE(is_answered_at_second(client));
    // Without the address there is no ARP answer, and no packet would show what the program makes of it.
    on_client({"ip", "neigh", "change", second, "dev", "eth0", "nud", "permanent"});

    remove_second();
    ASSERT_TRUE(daemon.says("0 added, 1 removed")) << daemon.log();
    const Watch watch(lab());
    EXPECT_FALSE(is_answered_at_second(client));
    EXPECT_EQ(watch.grown("queries_total{result=\"hit\"}"), 0);
    EXPECT_EQ(ask({"d0820.mail.example", "A"}).by, by_fast_path) << "the first address is as it was";
}

TEST_F(Addresses, OfTheConfigAreTheOnlyOnes) {
    const FastpathDaemon daemon(lab(), lab_config("listen: [{address: 198.18.0.2}]\n"));
    const std::string ipv6 = std::string("@") + Lab::resolver6;
    ask({"d0821.mail.example", "A"});
    EXPECT_EQ(ask({"d0821.mail.example", "A"}).by, by_fast_path);
    const Watch watch(lab());
    EXPECT_EQ(ask({ipv6, "d0821.mail.example", "A"}).by, by_unbound);
    EXPECT_EQ(watch.grown("queries_total{result=\"miss\"}"), 0) << "it is not even counted";
}

} // namespace
} // namespace fastpath::test
