// SPDX-License-Identifier: Apache-2.0
// Mnemonics of RCODEs and record types for labels. Numbers without one are RCODE11 and TYPE65280 (RFC 3597 5).
#pragma once

#include <cstdint>
#include <string>

namespace fastpath {

std::string rcode_label(uint16_t rcode);
std::string qtype_label(uint16_t qtype);

} // namespace fastpath
