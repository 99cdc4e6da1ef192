// SPDX-License-Identifier: Apache-2.0
// The DNS message that a client has to get, made by ldns from the resolver's response: what the fast path gives is compared
// with it octet by octet.
#pragma once

#include "harness/dns_query.h"
#include "harness/octets.h"
#include "unit/response_text.h"

#include <optional>

namespace fastpath::test {

inline constexpr uint16_t default_payload_size = 1232;

// The query that a response is for: question, DO and CD as it says; OPT where it has one.
[[nodiscard]] DnsQuery query_for(const ResponseText &response);

// `response` when it is `age` seconds old: id, RD, CD, the very octets of the question, and EDNS as the query has them.
[[nodiscard]] Octets expected_answer(const DnsQuery &query, const ResponseText &response, uint32_t age,
                                     uint16_t payload_size = default_payload_size);

// The same past its life (RFC 8767): every TTL is `ttl`, and the OPT, if there is one, has an extended error (RFC 8914).
[[nodiscard]] Octets expected_stale_answer(const DnsQuery &query, const ResponseText &response, uint32_t ttl,
                                           std::optional<uint16_t> info_code,
                                           uint16_t payload_size = default_payload_size);

// The message as ldns would write it, whatever use of compression it was sent with.
[[nodiscard]] Octets compressed(const Octets &message);

// Header and question, and OPT where the query has one; `flags` are added to QR and to RD and CD of the query.
[[nodiscard]] Octets expected_empty_answer(const DnsQuery &query, uint16_t flags,
                                           uint16_t payload_size = default_payload_size);

} // namespace fastpath::test
