// SPDX-License-Identifier: Apache-2.0
// What numbers in the maps stand for: views and pools by name, and the row of `clients` that decides about a client.
#pragma once

#include "ctl/pinned.h"
#include "util/address.h"
#include "util/result.h"

#include <cstdint>
#include <optional>
#include <string>

namespace fastpath::ctl {

struct ClientRule {
    IpPrefix prefix;
    fp_client row = {};
};

// The longest prefix that covers the client; nullopt where none does, who then may not ask.
Result<std::optional<ClientRule>> client_rule_of(const Pinned &pinned, uint32_t generation, const IpAddress &client);

Result<std::string> view_name(const Pinned &pinned, uint16_t view);

// By the upstreams in its tables. "number 3" where no upstream of it may be chosen: the maps have no other name of it.
std::string pool_name(const Pinned &pinned, uint32_t generation, uint16_t pool);

} // namespace fastpath::ctl
