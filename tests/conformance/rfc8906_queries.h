// SPDX-License-Identifier: Apache-2.0
// The test queries of RFC 8906 section 8, which a server or middlebox that is not broken answers as the RFC says.
#pragma once

#include "conformance/asking.h"

#include <vector>

namespace fastpath::test {

// Each for an unsigned and a signed zone, over both families; with RD=1 as clients ask resolvers, and with RD=0 as the RFC asks
// authoritative servers. No answer to one query of a group may be one to another.
std::vector<std::vector<Asking>> rfc8906_queries();

} // namespace fastpath::test
