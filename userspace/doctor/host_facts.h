// SPDX-License-Identifier: Apache-2.0
// Gathers what the kernel says of this host, for the checks. Read only.
#pragma once

#include "doctor/facts.h"

namespace fastpath::doctor {

// Of the network namespace of the caller.
HostFacts gather_host_facts(const std::set<IpAddress> &listeners);

} // namespace fastpath::doctor
