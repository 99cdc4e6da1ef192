// SPDX-License-Identifier: Apache-2.0
// What stands behind the question of a query: nothing, an OPT record as clients send it, or one that few have tried.
#pragma once

#include "harness/dns_query.h"

#include <optional>
#include <string>
#include <vector>

namespace fastpath::test {

struct EdnsVariant {
    std::string text; // "EDNS 1232 DO"
    std::optional<Edns> edns{};
    Octets tail{};
    std::optional<uint16_t> arcount{};
};

// No EDNS first; sizes 512, 1232 and 4096, with and without DO.
const std::vector<EdnsVariant> &common_edns();
// Sizes at and around each limit, from 0 to 65535.
const std::vector<EdnsVariant> &sizes_of_edns();
// Options, versions and flags.
const std::vector<EdnsVariant> &odd_edns();
// Two OPTs, octets behind the message, lengths that do not fit.
const std::vector<EdnsVariant> &malformed_edns();

} // namespace fastpath::test
