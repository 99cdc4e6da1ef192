// SPDX-License-Identifier: Apache-2.0
#include "e2e/lab_test.h"

#include "harness/requirements.h"

#include <algorithm>
#include <stdexcept>
#include <unistd.h>

namespace fastpath::test {
namespace {

// "" where nothing is.
std::string what_is_missing() {
    if (::geteuid() != 0) {
        return "needs root";
    }
    for (const char *tool :
         {"dig", "kdig", "dnsperf", "kxdpgun", "nsd", "unbound", "nft", "conntrack", "ip", "nsenter"}) {
        if (!is_installed(tool)) {
            return std::string("needs ") + tool;
        }
    }
    return {};
}

const std::string &missing() {
    static const std::string said = what_is_missing();
    return said;
}

bool names_a_server(const Command &arguments) {
    return std::any_of(arguments.begin(), arguments.end(), [](const auto &a) { return a.starts_with('@'); });
}

} // namespace

std::unique_ptr<Lab> LabTest::lab_;
std::unique_ptr<FastpathDaemon> FastpathTest::daemon_;

bool LabTest::can_run() {
    return missing().empty();
}

void LabTest::SetUpTestSuite() {
    set_up_lab(Topology::plain);
}

void LabTest::set_up_lab(Topology topology) {
    if (can_run()) {
        lab_ = std::make_unique<Lab>(topology);
    }
}

void LabTest::TearDownTestSuite() {
    lab_.reset();
}

void LabTest::SetUp() {
    if (can_run()) {
        return;
    }
    if (!may_skip()) {
        FAIL() << missing();
    }
    GTEST_SKIP() << missing();
}

Asked LabTest::ask(Command arguments, const std::string &program) {
    if (!names_a_server(arguments)) {
        arguments.insert(arguments.begin(), std::string("@") + Lab::resolver4);
    }
    arguments.insert(arguments.begin(), program);
    const Watch watch(lab());
    const ShownAnswer shown = parse_dig(lab().run(Machine::client, arguments).output);
    settle(lab());
    return {shown, watch.who_answered()};
}

Asked LabTest::ask_until_hit(const Command &arguments) {
    Asked asked;
    const bool hit = eventually([&] {
        asked = ask(arguments);
        return asked.by == by_fast_path;
    });
    EXPECT_TRUE(hit) << "never a hit: " << asked.by << "\n" << asked.shown.text;
    return asked;
}

ShownAnswer LabTest::ask_unbound(Command arguments) {
    arguments.insert(arguments.begin(), {"dig", "@127.0.0.1"});
    return parse_dig(lab().run(Machine::resolver, arguments).output);
}

bool LabTest::has_pins() {
    return lab().run(Machine::resolver, {"test", "-e", "/sys/fs/bpf/dns-fastpath"}).exit_code == 0;
}

bool LabTest::has_xdp() {
    return on_resolver({"ip", "link", "show", "dev", "eth0"}).find("xdp") != std::string::npos;
}

bool LabTest::has_clsact() {
    return on_resolver({"tc", "qdisc", "show", "dev", "eth0"}).find("clsact") != std::string::npos;
}

void LabTest::expect_plain_unbound() {
    EXPECT_FALSE(has_xdp());
    EXPECT_FALSE(has_clsact());
    EXPECT_FALSE(has_pins());
}

void FastpathTest::SetUpTestSuite() {
    LabTest::SetUpTestSuite();
    if (can_run()) {
        daemon_ = std::make_unique<FastpathDaemon>(lab());
    }
}

void FastpathTest::TearDownTestSuite() {
    daemon_.reset();
    LabTest::TearDownTestSuite();
}

} // namespace fastpath::test
