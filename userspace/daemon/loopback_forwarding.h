// SPDX-License-Identifier: Apache-2.0
// LoopbackForwarding: forwarding on the interface lo alone. bpf_fib_lookup answers only for interfaces that forward; asked as
// if a packet had come in by lo, it gives the host's own routes, and the host need not be a router on any real interface.
#pragma once

#include "util/result.h"

#include <set>
#include <string>

namespace fastpath {

class LoopbackForwarding {
  public:
    LoopbackForwarding() = default;
    LoopbackForwarding(const LoopbackForwarding &) = delete;
    LoopbackForwarding &operator=(const LoopbackForwarding &) = delete;
    ~LoopbackForwarding() = default;

    // To be called again from time to time. Both families; one that this kernel does not have is left out. An error names the setting.
    Result<> switch_on();

    // What switch_on() has changed is as it was before. A daemon that is killed leaves it on: it does nothing where no packet comes
    // in by lo for another host.
    void undo();

  private:
    std::set<std::string> changed_; // files under /proc/sys
};

} // namespace fastpath
