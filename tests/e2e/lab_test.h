// SPDX-License-Identifier: Apache-2.0
// LabTest: the ground of all end-to-end suites. One lab for a suite; a question is asked with dig, and comes back with who
// answered it.
#pragma once

#include "e2e/counters.h"
#include "e2e/dig.h"
#include "e2e/fastpath_daemon.h"
#include "harness/lab.h"

#include <gtest/gtest.h>
#include <memory>
#include <string>

namespace fastpath::test {

// An answer, and by which side it was given.
struct Asked {
    ShownAnswer shown;
    std::string by;
};

class LabTest : public ::testing::Test {
  protected:
    static void SetUpTestSuite();
    static void TearDownTestSuite();
    // Says what is missing, and skips; where CI=true, fails.
    void SetUp() override;

    static Lab &lab() { return *lab_; }
    static bool can_run();
    static void set_up_lab(Topology topology);

    // dig (or kdig) on the client, for example {"d0001.mail.example", "MX", "+dnssec"}. Asks resolver4 unless a server is
    // given. The daemon has learned what there was to learn when this returns.
    static Asked ask(Command arguments, const std::string &program = "dig");
    // Asks until the fast path answers; fails where it never does.
    static Asked ask_until_hit(const Command &arguments);
    // Nothing of the fast path is on eth0 or in bpffs.
    static void expect_plain_unbound();
    static std::string on_resolver(const Command &command) { return lab().must_run(Machine::resolver, command); }
    static std::string on_client(const Command &command) { return lab().must_run(Machine::client, command); }
    static bool has_pins();
    static bool has_xdp();
    static bool has_clsact();

    // Unbound itself, beside the fast path: over the loopback interface of the resolver.
    static ShownAnswer ask_unbound(Command arguments);

  private:
    static std::unique_ptr<Lab> lab_;
};

// A daemon for the whole suite, for tests that only ask.
class FastpathTest : public LabTest {
  protected:
    static void SetUpTestSuite();
    static void TearDownTestSuite();

  private:
    static std::unique_ptr<FastpathDaemon> daemon_;
};

} // namespace fastpath::test
