// SPDX-License-Identifier: Apache-2.0
// Rotation (RFC 1794): which records of an answer may change places, and what each order does to the sums of its body. It
// is the reference for BPF, which turns the body in the packet.
#pragma once

#include "cache/body_writer.h"

#include <cstddef>
#include <cstdint>
#include <dns_fastpath/cache.h>
#include <optional>
#include <span>
#include <vector>

namespace fastpath {

// The other orders in which a body may be given: those of a list, or those that an exchange of addresses makes.
struct Turns {
    fp_turned_rrset rrset{};
    std::vector<fp_turn> list;
    std::optional<fp_swapped_rrset> swapped;
};

// The RRset that answers the question, where that has several records; empty where nothing is to be turned.
[[nodiscard]] RecordRange records_to_turn(const Message &message);

// The RRset as addresses of which any two may change places; nullopt where that is not its form.
[[nodiscard]] std::optional<fp_swapped_rrset> addresses_to_swap(const Message &message, const Body &body,
                                                                RecordRange turned);

// The body in which its address number `other` and the first have changed places.
[[nodiscard]] std::vector<uint8_t> swapped_body(std::span<const uint8_t> body, const fp_swapped_rrset &rrset,
                                                uint16_t other);

// How many orders there are beside the one as learned, as far as an entry can list them.
[[nodiscard]] size_t most_turns(RecordRange turned);

// So many of them, at most most_turns(), spread evenly. The body has its final TTLs.
[[nodiscard]] Turns make_turns(const Body &body, RecordRange turned, size_t count);

// The body with its RRset given from octet `first` of it on.
[[nodiscard]] std::vector<uint8_t> turned_body(std::span<const uint8_t> body, const fp_turned_rrset &rrset,
                                               uint16_t first);

// Where the octet at `at` of the body is then.
[[nodiscard]] uint16_t turned_offset(uint16_t at, const fp_turned_rrset &rrset, uint16_t first);

} // namespace fastpath
