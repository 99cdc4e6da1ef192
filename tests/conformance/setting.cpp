// SPDX-License-Identifier: Apache-2.0
#include "conformance/setting.h"

#include "e2e/fastpath_daemon.h"
#include "e2e/steering_test.h"

#include <cstdlib>
#include <stdexcept>

namespace fastpath::test {
namespace {

std::string variable(const char *name, const std::string &otherwise) {
    const char *const value = std::getenv(name);
    return value != nullptr ? value : otherwise;
}

Setting plain(const std::string &software) {
    const Server both = {Machine::resolver, Lab::resolver4, Lab::resolver6, software + ".conf"};
    return {.software = software, .topology = Topology::plain, .host = both, .resolver = both, .config = lab_config()};
}

// The resolvers of both machines are alike but for their caches, and so for TTLs. An upstream must not be taken for down while it
// is restarted: hence the patience.
Setting steering(const std::string &software) {
    return {.software = software,
            .topology = Topology::steering,
            .host = {Machine::fp1, address::fp1, address::fp1_v6, "unbound-fp1.conf"},
            .resolver = {Machine::az1a, address::az1a, "2001:db8::1:11", "unbound-az1a.conf"},
            .config = steering_config(default_pool({az1a_upstreams}), "fall: 100")};
}

} // namespace

std::vector<Server> Setting::resolvers() const {
    return is_steered() ? std::vector{resolver, host} : std::vector{resolver};
}

std::string Setting::text() const {
    return software + (is_steered() ? ", misses steered" : "");
}

Setting chosen_setting() {
    const std::string topology = variable("LAB_TOPOLOGY", "plain");
    const std::string software = variable("LAB_RESOLVER", "unbound");
    if (topology == "plain") {
        return plain(software);
    }
    if (topology == "steering") {
        return steering(software);
    }
    throw std::invalid_argument("LAB_TOPOLOGY '" + topology + "': use plain or steering");
}

} // namespace fastpath::test
