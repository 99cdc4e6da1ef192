// SPDX-License-Identifier: Apache-2.0
// Entries from responses, and answers from entries: what the tests of entries and of their turns begin with.
#pragma once

#include "cache/entry.h"
#include "unit/response_text.h"

#include <cstdint>
#include <span>
#include <vector>

namespace fastpath::test {

// A message and the octets it points into. Throws std::invalid_argument where it is none.
struct Response {
    explicit Response(std::vector<uint8_t> octets);
    explicit Response(const ResponseText &text) : Response(to_wire(text)) {}
    Response(const Response &) = delete;
    Response &operator=(const Response &) = delete;

    std::vector<uint8_t> wire;
    Message message;
};

// Keeps every TTL as it is.
extern const CachePolicy unbounded;

// Lives as long as its shortest record. Throws where it is not built.
[[nodiscard]] Entry build(const Response &response, const EntryContext &context = {},
                          const CachePolicy &policy = unbounded);

// What the BPF program does with a body of the entry and a query: header, question as asked, body, OPT.
[[nodiscard]] std::vector<uint8_t> give_answer(const Response &query, const fp_answer &head,
                                               std::span<const uint8_t> body);

// 16 bits at a time, each sum folded before the next; nothing is left to arithmetic modulo 2^64.
[[nodiscard]] uint16_t naive_sum(std::span<const uint8_t> octets);

} // namespace fastpath::test
