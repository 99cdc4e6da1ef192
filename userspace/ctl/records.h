// SPDX-License-Identifier: Apache-2.0
// Records in the words of a zone file. ldns does the work and is seen nowhere but here and in dns/type_text.
#pragma once

#include "util/result.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace fastpath::ctl {

struct Record {
    const char *section; // "answer", "authority", "additional"
    std::string name;
    uint32_t ttl;
    std::string rclass;
    std::string type;
    std::string data;
};

// All records of a DNS message, in its order.
Result<std::vector<Record>> read_records(std::span<const uint8_t> message);

} // namespace fastpath::ctl
