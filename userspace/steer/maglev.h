// SPDX-License-Identifier: Apache-2.0
// Maglev hashing (Eisenbud et al., NSDI 2016, 3.4): a table of which each member holds a share by its weight, and in which
// little moves when a member comes or goes. Pure, and the same on every host: by addresses and weights alone.
#pragma once

#include "util/address.h"

#include <cstdint>
#include <dns_fastpath/steer.h>
#include <span>
#include <vector>

namespace fastpath {

struct MaglevMember {
    std::uint64_t identity = 0; // see maglev_identity()
    std::uint32_t weight = 1;   // at least 1
    std::uint16_t number = 0;   // what its entries say

    friend auto operator<=>(const MaglevMember &, const MaglevMember &) = default;
};

// All zeros is the resolver on this host, whatever the address that clients know it by.
[[nodiscard]] std::uint64_t maglev_identity(const IpAddress &address);

// `members` is not empty; their order does not matter. A few milliseconds at most.
void fill_maglev(std::span<std::uint16_t, FP_MAGLEV_SIZE> entries, std::vector<MaglevMember> members);

} // namespace fastpath
