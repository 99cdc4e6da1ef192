// SPDX-License-Identifier: Apache-2.0
#include "doctor/host_facts.h"

#include "conntrack/nft.h"

#include <algorithm>
#include <fstream>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

namespace fastpath::doctor {

namespace {

std::set<int> forwarding_on_lo() {
    std::set<int> families;
    const auto is_on = [](const char *family) {
        int value = 0;
        std::ifstream file(std::string("/proc/sys/net/") + family + "/conf/lo/forwarding");
        return (file >> value) && value != 0;
    };
    if (is_on("ipv4")) {
        families.insert(AF_INET);
    }
    if (is_on("ipv6")) {
        families.insert(AF_INET6);
    }
    return families;
}

} // namespace

Result<NftRuleset> read_nft_ruleset() {
    return run_nft("list ruleset\n", NftOutput::json).and_then(parse_nft_ruleset);
}

HostFacts gather_host_facts(const std::set<IpAddress> &listeners) {
    HostFacts facts = {.cpus = static_cast<uint32_t>(std::max(::sysconf(_SC_NPROCESSORS_ONLN), 1L)),
                       .ports = read_kernel_ports(),
                       .forwarding_on_lo = forwarding_on_lo(),
                       .conntrack = read_conntrack_fill(),
                       .dns_connections = tracked_dns_connections(listeners),
                       .ruleset = {},
                       .why_no_ruleset = {}};
    Result<NftRuleset> ruleset = read_nft_ruleset();
    if (ruleset) {
        facts.ruleset = std::move(*ruleset);
    } else {
        facts.why_no_ruleset = ruleset.error().message;
    }
    return facts;
}

} // namespace fastpath::doctor
