// SPDX-License-Identifier: Apache-2.0
// Gathers what the kernel says of this host, for the checks. Read only.
#pragma once

#include "doctor/facts.h"

namespace fastpath::doctor {

// Both of the network namespace of the caller.
Result<NftRuleset> read_nft_ruleset();
HostFacts gather_host_facts(const std::set<IpAddress> &listeners);

} // namespace fastpath::doctor
