// SPDX-License-Identifier: Apache-2.0
// Asks rtnetlink what hangs on the clsact qdisc of an interface. libbpf attaches and removes filters but cannot list them.
#pragma once

#include <cstdint>

namespace fastpath {

// Is there a filter, of whomever, on the ingress or egress of the interface? True also where the kernel does not say:
// the answer decides whether the qdisc may be removed.
bool has_tc_filters(uint32_t ifindex);

} // namespace fastpath
