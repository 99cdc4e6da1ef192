// SPDX-License-Identifier: Apache-2.0
// The addresses that the fast path answers on: those of the config, or every one of the interfaces, followed as they change.
#pragma once

#include "config/config.h"
#include "util/result.h"
#include "util/unique_fd.h"

#include <cstdint>
#include <dns_fastpath/steer.h>
#include <map>
#include <set>

namespace fastpath {

// Every unicast address that the interfaces have now.
Result<std::set<IpAddress>> addresses_of(const std::vector<InterfaceConfig> &interfaces);

// What `listen` says, else every address of `interfaces`.
Result<std::set<IpAddress>> listen_addresses(const Config &config);

// The map `interfaces`: for each of the config's and each VLAN interface upon one, by ifindex, the addresses that steered queries leave with: those of
// steering.source_addresses that it has, or all of them if it has none; by default its first global one of each family.
Result<std::map<uint32_t, fp_interface>> steering_sources(const Config &config);

// AddressWatch: becomes readable when an address or an interface of this network namespace has changed (rtnetlink).
class AddressWatch {
  public:
    static Result<AddressWatch> create();
    [[nodiscard]] int fd() const { return socket_.get(); }
    // Empties the socket. What changed is read from the system again; so a lost message does no harm.
    void drain();

  private:
    UniqueFd socket_;
};

} // namespace fastpath
