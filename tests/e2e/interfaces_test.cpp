// SPDX-License-Identifier: Apache-2.0
// Interfaces and addresses: modes, several of them, and their changes while the daemon runs.
#include "e2e/lab_test.h"
#include "harness/dns_client.h"

namespace fastpath::test {
namespace {

// A second link between client and resolver, beside eth0. Asking over it means asking from its client address: Unbound is at
// resolver4, wherever a packet for that comes in.
class SecondLink {
  public:
    static constexpr const char *interface = "eth1";
    static constexpr const char *client = "198.19.0.10";
    static constexpr const char *resolver = "198.19.0.2";

    explicit SecondLink(const Lab &lab) : lab_(lab) {
        const std::string resolver_pid = "/run/netns/"; // see make()
        make();
    }
    ~SecondLink() { remove(); }
    SecondLink(const SecondLink &) = delete;
    SecondLink &operator=(const SecondLink &) = delete;

    void make() {}
    void remove() {}

  private:
    const Lab &lab_;
};

} // namespace
} // namespace fastpath::test
