// SPDX-License-Identifier: Apache-2.0
// The daemon's own questions on the wire, and what answers them. Pure: sockets are query_client's.
#pragma once

#include "dns/name.h"

#include <cstdint>
#include <span>
#include <vector>

namespace fastpath {

// A question of class IN with RD=1.
struct OwnQuery {
    WireName name; // lower-cased, as everywhere
    uint16_t type = 0;
    uint8_t bits = 0;          // FP_QUERY_*; DO takes an OPT record along, whatever payload_size is
    uint16_t payload_size = 0; // of the OPT record; 0 = none
};

[[nodiscard]] std::vector<uint8_t> build_query(const OwnQuery &query, uint16_t id);

// RFC 5452 9.1, but for the addresses and ports, which are the socket's to match: a response with the id and the
// question of `query`, a message of build_query(). The name in it may have any case, because what folds it does no
// harm here. An error may come without a question, as Unbound's REFUSED does; parse_message() takes no such message.
[[nodiscard]] bool is_answer_to(std::span<const uint8_t> query, std::span<const uint8_t> message);

} // namespace fastpath
