// SPDX-License-Identifier: Apache-2.0
// A start that cannot succeed says what is wrong and what to do, and leaves nothing behind. A reload takes a good config
// as a whole, and a bad one not at all.
#include "e2e/lab_test.h"

namespace fastpath::test {
namespace {

class Startup : public LabTest {
  protected:
    static void expect_failure(const Finished &finished, int exit_code, const std::string &message) {
        EXPECT_EQ(finished.exit_code, exit_code) << finished.output;
        EXPECT_NE(finished.output.find(message), std::string::npos) << finished.output;
        expect_plain_unbound();
    }
};

TEST_F(Startup, NoSuchInterface) {
    expect_failure(FastpathDaemon::fail_to_start(lab(), "interfaces: [nosuch0]\n"), 1, "no interface nosuch0");
}

// The first interface is attached already when the second one fails.
TEST_F(Startup, OneOfTwoInterfacesIsMissing) {
    expect_failure(FastpathDaemon::fail_to_start(lab(), "interfaces: [eth0, nosuch0]\n"), 1, "no interface nosuch0");
}

TEST_F(Startup, BadConfigNamesThePlace) {
    const std::string file = FastpathDaemon::config_file(lab());
    expect_failure(FastpathDaemon::fail_to_start(lab(), "interfaces: [eth0]\ncache:\n  max_entrys: 5\n"), 2,
                   file + ":3:3: ");
}

TEST_F(Startup, WithoutPrivilege) {
    const Command without = {"setpriv", "--bounding-set=-all", "--inh-caps=-all"};
    expect_failure(FastpathDaemon::fail_to_start(lab(), lab_config(), without), 1, "run as root");
}

TEST_F(Startup, AForeignXdpProgramIsNotReplaced) {
    const std::string foreign = lab().state() / "xdp_pass.o";
    on_resolver({"ip", "link", "set", "dev", "eth0", "xdpdrv", "object", foreign, "section", "xdp"});
    const Finished finished = FastpathDaemon::fail_to_start(lab(), lab_config());
    EXPECT_EQ(finished.exit_code, 1);
    EXPECT_NE(finished.output.find("another XDP program"), std::string::npos) << finished.output;
    EXPECT_TRUE(has_xdp());
    EXPECT_FALSE(has_clsact());
    EXPECT_FALSE(has_pins());
    on_resolver({"ip", "link", "set", "dev", "eth0", "xdpdrv", "off"});
}

// --- reload -----------------------------------------------------------------------------------------------------------

class Reload : public LabTest {
  protected:
    static constexpr const char *stranger = "198.18.0.11";

    // A second address of the client, which some of the configs do not allow.
    static void SetUpTestSuite() {
        LabTest::SetUpTestSuite();
        if (can_run()) {
            on_client({"ip", "address", "add", std::string(stranger) + "/24", "dev", "eth0"});
        }
    }

    static std::string allowing(const std::string &prefix, const std::string &action = "refuse") {
        return "interfaces: [eth0]\nhealth: {interval: 1h}\nacl: {allow: [" + prefix + "], action: " + action + "}\n";
    }

    static std::string status_for_stranger(const std::string &name) {
        return ask({name, "A", "-b", stranger, "+tries=1", "+time=1"}).shown.status;
    }
};

TEST_F(Reload, TheAclDecidesWhoIsAnswered) {
    FastpathDaemon daemon(lab(), allowing("198.18.0.10/32"));
    ask({"d0600.mail.example", "A"});
    EXPECT_EQ(ask({"d0600.mail.example", "A"}).by, by_fast_path);

    const Watch watch(lab());
    EXPECT_EQ(status_for_stranger("d0600.mail.example"), "REFUSED");
    EXPECT_EQ(status_for_stranger("d0601.mail.example"), "REFUSED");
    EXPECT_EQ(watch.grown("queries_total{result=\"refused\"}"), 2);
    EXPECT_EQ(watch.unbound(), 0);

    daemon.reload(allowing("198.18.0.0/24"));
    ASSERT_TRUE(daemon.says("reload: acl.allow")) << daemon.log();
    EXPECT_TRUE(eventually([&] { return status_for_stranger("d0600.mail.example") == "NOERROR"; }));
    EXPECT_EQ(ask({"d0600.mail.example", "A", "-b", stranger}).by, by_fast_path) << "the cache went with the reload";
}

TEST_F(Reload, DropAndPassAreTheOtherActions) {
    FastpathDaemon daemon(lab(), allowing("198.18.0.10/32", "drop"));
    const Watch watch(lab());
    EXPECT_EQ(status_for_stranger("d0602.mail.example"), "") << "there was an answer";
    EXPECT_EQ(watch.grown("drops_total{reason=\"acl\"}"), 1);
    EXPECT_EQ(watch.unbound(), 0);

    daemon.reload(allowing("198.18.0.10/32", "pass"));
    EXPECT_TRUE(eventually([&] { return status_for_stranger("d0602.mail.example") == "NOERROR"; }));
    EXPECT_GE(watch.grown("pass_total{reason=\"acl\"}"), 1);
    EXPECT_GE(watch.unbound(), 1);
}

TEST_F(Reload, ABadConfigIsRefusedWhole) {
    FastpathDaemon daemon(lab(), allowing("198.18.0.10/32"));
    daemon.reload("interfaces: [eth0]\nacl: {allow: [198.18.0.0/24]}\ncache: {max_ttl: soon}\n");
    ASSERT_TRUE(daemon.says("reload refused")) << daemon.log();
    EXPECT_TRUE(daemon.says(FastpathDaemon::config_file(lab()).string() + ":3:18: ")) << daemon.log();
    EXPECT_EQ(status_for_stranger("d0603.mail.example"), "REFUSED") << "half of it was taken";

    daemon.reload(allowing("198.18.0.0/24"));
    EXPECT_TRUE(eventually([&] { return status_for_stranger("d0603.mail.example") == "NOERROR"; }))
        << "no reload is possible any more: " << daemon.log();
}

} // namespace
} // namespace fastpath::test
