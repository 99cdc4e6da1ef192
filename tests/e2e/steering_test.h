// SPDX-License-Identifier: Apache-2.0
// SteeringTest: the ground of the suites about misses that go to other resolvers, in the lab's topology `steering`. Who answered
// is in the answer: each resolver says its own name for any name below who.example, with a TTL of 0.
#pragma once

#include "e2e/lab_test.h"
#include "harness/dns_client.h"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace fastpath::test {

namespace address {
inline constexpr const char *fp1 = Lab::resolver4;
inline constexpr const char *fp2 = "198.18.0.3";
inline constexpr const char *az1a = "198.18.1.11";
inline constexpr const char *az1b = "198.18.1.12";
inline constexpr const char *az2a = "198.18.2.11";
inline constexpr const char *corp = "198.18.3.53";
inline constexpr const char *stranger = "198.18.66.6";
inline constexpr const char *other_client = "198.18.9.10"; // a second one of the client's machine
inline constexpr const char *fp1_v6 = Lab::resolver6;
} // namespace address

// Each in a pool of one line, of either family.
inline constexpr const char *az1a_upstreams = "{address: 198.18.1.11, az: az1}, {address: \"2001:db8::1:11\", az: az1}";
inline constexpr const char *az1b_upstreams = "{address: 198.18.1.12, az: az1}, {address: \"2001:db8::1:12\", az: az1}";
inline constexpr const char *az2a_upstreams = "{address: 198.18.2.11, az: az2}, {address: \"2001:db8::2:11\", az: az2}";

// A fast-path host in az1, with probes that find out soon unless `health` says otherwise; `more` is YAML that goes behind it.
std::string steering_config(const std::string &more, const std::string &health = "interval: 200ms, timeout: 150ms");
// pools: {default: ...} of these upstreams.
std::string default_pool(const std::vector<std::string> &upstreams);

// The labels of an upstream's metrics.
std::string of_upstream(const std::string &address, const std::string &az, const std::string &pool = "default");

// The zone and the way in which a name is asked.
struct Way {
    std::string server = address::fp1;
    std::string from{}; // an address of the client's machine
    std::string zone = "who.example.";
};

using Survey = std::map<std::string, int>;

class SteeringTest : public LabTest {
  protected:
    static void SetUpTestSuite() { set_up_lab(Topology::steering); }
    static void TearDownTestSuite();

    // dns-fastpathd on fp1 with this config, whose upstreams are so many; returns when they are up, and throws the log where they
    // do not come. One that serves already reloads: a start and a stop take seconds. So counters and cache go on from test to test.
    static void serve(const std::string &config, int upstreams);
    static void serve_no_more() { daemon_.reset(); }

    // Of a daemon on fp1 or fp2: waits until so many upstreams are up, over all pools.
    static bool upstreams_up(int count, Machine host = Machine::fp1);

    // The machine whose resolver answers a name that nobody has asked before; "" where none does within a second.
    static std::string who_answers(const Way &way = {});
    // The same for many names: how many of them each machine answers.
    static Survey survey(int names, const Way &way = {});
    // Waits until these and no others do. Who is down gets nothing from that moment on, but who is up has its share a moment later.
    static bool answers_come_from(const std::set<std::string> &machines, const Way &way = {});

    static double counter(const std::string &name, Machine host = Machine::fp1) {
        return metrics(lab(), host).fastpath(name);
    }

    static std::string on(Machine machine, const Command &command) { return lab().must_run(machine, command); }

  private:
    static std::unique_ptr<FastpathDaemon> daemon_;
};

// So many names below who.example, as questions for a Load: each of them is a miss, however often it is asked.
std::vector<std::string> questions_who(unsigned count);

// A machine that has lost its network: nothing that is sent to it arrives, and nobody says so. It is back when this ends.
class Gone {
  public:
    Gone(const Lab &lab, Machine machine);
    ~Gone();
    Gone(const Gone &) = delete;
    Gone &operator=(const Gone &) = delete;

  private:
    const Lab &lab_;
    Machine machine_;
};

} // namespace fastpath::test
