// SPDX-License-Identifier: Apache-2.0
// Do two DNS messages say the same? A cache may begin an RRset with any of its records (RFC 1794) and write names out that were
// compressed; all else has to be equal, the order of the sets and of the records in them included.
#pragma once

#include "harness/octets.h"

#include <string>

namespace fastpath::test {

// The fields that differ, one a line; empty where there are none. ldns reads both.
[[nodiscard]] std::string message_difference(const Octets &expected, const Octets &actual);

} // namespace fastpath::test
